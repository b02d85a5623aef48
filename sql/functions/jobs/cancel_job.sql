create or replace function perf.cancel_job(
    job_id bigint,
    cancelled_at timestamptz default now()
)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.cancel_job(
        cancel_job.job_id,
        cancel_job.cancelled_at
    );
$$;

comment on function perf.cancel_job is
    'Cancels a job that is queued or running. It is not measured. A retry is harmless: false means that the job was cancelled before. Errors: 22023 bad argument, PT404 no such job, PT409 the job completed or failed, 42501 not a recorder.';

revoke execute on function perf.cancel_job from public;
grant execute on function perf.cancel_job
    to authenticated, service_role, perf_admin, perf_recorder;
