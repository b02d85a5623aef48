create or replace function perf_internal.get_job_kinds(
    workflow_ids bigint[] default null,
    worker_ids bigint[] default null,
    resolution_tier text default null,
    model_type text default null
)
returns setof perf_internal.job_kinds
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    select k.*
    from perf_internal.job_kinds as k
    where (get_job_kinds.workflow_ids is null or k.workflow_id = any(get_job_kinds.workflow_ids))
        and (get_job_kinds.worker_ids is null or k.worker_id = any(get_job_kinds.worker_ids))
        and (
            get_job_kinds.resolution_tier is null
            or k.resolution_tier = get_job_kinds.resolution_tier
        )
        and (get_job_kinds.model_type is null or k.model_type = get_job_kinds.model_type);
end
$$;

comment on function perf_internal.get_job_kinds is
    'The series of jobs of these workflows, workers, resolution tier and model type; null means all.';

revoke execute on function perf_internal.get_job_kinds from public;
grant execute on function perf_internal.get_job_kinds
    to authenticated, service_role, perf_admin, perf_analyst;
