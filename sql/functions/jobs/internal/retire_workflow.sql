-- security definer: callers may not write workflows themselves; their role is checked first.
create or replace function perf_internal.retire_workflow(
    workflow_id bigint,
    retired boolean
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform perf_internal.require_role('admin');
    if retire_workflow.retired is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'retired must be true or false, got null';
    end if;
    -- Error PT404 where there is none.
    perform perf_internal.get_workflow_name(retire_workflow.workflow_id);
    -- Whatever the caller has set, this is for the audit log.
    perform set_config('perf.workflows_are_recorded', 'off', true);
    update perf.workflows as f
    set retired_at = case when retire_workflow.retired then now() end
    where f.id = retire_workflow.workflow_id
        and (f.retired_at is not null) <> retire_workflow.retired;
    return found;
end
$$;

comment on function perf_internal.retire_workflow is 'Does the work of perf.retire_workflow().';

revoke execute on function perf_internal.retire_workflow from public;
grant execute on function perf_internal.retire_workflow to authenticated, service_role, perf_admin;
