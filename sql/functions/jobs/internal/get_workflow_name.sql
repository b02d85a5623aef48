create or replace function perf_internal.get_workflow_name(workflow_id bigint)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_name text := (
        select f.name
        from perf.workflows as f
        where f.id = get_workflow_name.workflow_id
    );
begin
    if v_name is null then
        raise exception using
            errcode = 'PT404',
            message = 'there is no workflow '
                || coalesce(get_workflow_name.workflow_id::text, 'null'),
            hint = 'select id, name from perf.workflows lists them.';
    end if;
    return v_name;
end
$$;

comment on function perf_internal.get_workflow_name is
    'Name of a workflow. Error PT404: there is none of this id.';

revoke execute on function perf_internal.get_workflow_name from public;
grant execute on function perf_internal.get_workflow_name
    to authenticated, service_role, perf_admin, perf_analyst;
