-- security definer: callers may not write jobs themselves; their role is checked first.
create or replace function perf_internal.cancel_job(
    job_id bigint,
    cancelled_at timestamptz
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform perf_internal.require_role('recorder');
    return perf_internal.finish_job(
        cancel_job.job_id, 'cancelled', null, cancel_job.cancelled_at, null, null
    );
end
$$;

comment on function perf_internal.cancel_job is 'Does the work of perf.cancel_job().';

revoke execute on function perf_internal.cancel_job from public;
grant execute on function perf_internal.cancel_job
    to authenticated, service_role, perf_admin, perf_recorder;
