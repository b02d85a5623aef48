-- plpgsql, because that keeps the plan.
create or replace function perf.start_job(
    job_id bigint,
    worker_name text,
    started_at timestamptz default now()
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    return perf_internal.start_job(
        start_job.job_id,
        start_job.worker_name,
        start_job.started_at
    );
end
$$;

comment on function perf.start_job is
    'Lets a worker start a queued job. The worker is found by name, or added. A retry is harmless: false means that this worker started the job before. Errors: 22023 bad argument, PT404 no such job, PT409 another worker has the job, or it was cancelled, 42501 not a recorder.';

revoke execute on function perf.start_job from public;
grant execute on function perf.start_job
    to authenticated, service_role, perf_admin, perf_recorder;
