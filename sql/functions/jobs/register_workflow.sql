create or replace function perf.register_workflow(
    workflow_name text,
    description text default null
)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.register_workflow(
        register_workflow.workflow_name,
        register_workflow.description
    );
$$;

comment on function perf.register_workflow is
    'Adds a workflow, or sets the description of one that exists; null leaves it. Returns its id. The name is stored without the spaces around it. Errors: 22023 bad argument, 42501 not an admin.';

revoke execute on function perf.register_workflow from public;
grant execute on function perf.register_workflow to authenticated, service_role, perf_admin;
