create or replace function perf.fail_job(
    job_id bigint,
    error text default null,
    result jsonb default null,
    completed_at timestamptz default now(),
    worker_name text default null
)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.fail_job(
        fail_job.job_id,
        fail_job.error,
        fail_job.result,
        fail_job.completed_at,
        fail_job.worker_name
    );
$$;

comment on function perf.fail_job is
    'Fails a job, and writes what was measured of it to perf.performance_metrics in the same transaction. The error_type of the job is the first line of error, at most 200 characters of it. The result is as in perf.complete_job(). A retry is harmless: false means that the job failed before. Errors: 22023 bad argument or result, PT404 no such job, PT409 the job completed, was cancelled or runs on another worker, 42501 not a recorder.';

revoke execute on function perf.fail_job from public;
grant execute on function perf.fail_job
    to authenticated, service_role, perf_admin, perf_recorder;
