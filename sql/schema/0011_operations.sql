-- The schedule: runs of jobs by pgkit worker, and how long runs are kept.
insert into perf.retention (pipeline, level, keep) values ('schedule', 'job_history', '7 days');

create table perf_internal.worker_runs (
    id bigint generated always as identity primary key,
    job_name text not null,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    error_message text
);

comment on table perf_internal.worker_runs is
    'Runs of jobs by pgkit worker, as cron.job_run_details has those of pg_cron.';

-- For the last runs of a job.
create index worker_runs_job_name_started_at_idx
    on perf_internal.worker_runs (job_name, started_at desc);
