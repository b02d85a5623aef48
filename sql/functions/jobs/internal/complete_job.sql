-- security definer: callers may not write jobs themselves; their role is checked first.
create or replace function perf_internal.complete_job(
    job_id bigint,
    result jsonb,
    completed_at timestamptz,
    worker_name text
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform perf_internal.require_role('recorder');
    return perf_internal.finish_job(
        complete_job.job_id,
        'completed',
        complete_job.worker_name,
        complete_job.completed_at,
        nullif(complete_job.result, 'null'),
        null
    );
end
$$;

comment on function perf_internal.complete_job is 'Does the work of perf.complete_job().';

revoke execute on function perf_internal.complete_job from public;
grant execute on function perf_internal.complete_job
    to authenticated, service_role, perf_admin, perf_recorder;
