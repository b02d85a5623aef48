create or replace function perf.retire_workflow(workflow_id bigint, retired boolean default true)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.retire_workflow(
        retire_workflow.workflow_id,
        retire_workflow.retired
    );
$$;

comment on function perf.retire_workflow is
    'Says that a workflow is no longer used, or is again. perf.create_job() then refuses it. Its history stays, and jobs that ran may still be recorded. False means that it was so before. Errors: 22023 bad argument, PT404 no such workflow, 42501 not an admin.';

revoke execute on function perf.retire_workflow from public;
grant execute on function perf.retire_workflow to authenticated, service_role, perf_admin;
