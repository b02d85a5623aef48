-- The schedule: runs of jobs where pg_cron is missing, and how long runs are remembered.
insert into perf.retention (pipeline, level, keep) values ('schedule', 'job_history', '7 days');

create table perf_internal.worker_runs (
    id bigint generated always as identity primary key,
    job_name text not null,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    error_message text
);

comment on table perf_internal.worker_runs is
    'Runs of jobs by pgkit worker, where pg_cron is missing; what cron.job_run_details is to it.';

-- The last runs of a job.
create index worker_runs_job_name_started_at_idx
    on perf_internal.worker_runs (job_name, started_at desc);
