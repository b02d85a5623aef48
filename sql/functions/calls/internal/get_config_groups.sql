create or replace function perf_internal.get_config_groups(
    model_tool_config_ids uuid[],
    group_by text[]
)
returns table (
    model_tool_config_id uuid,
    model_name text,
    tool_name text,
    provider text,
    parameters jsonb
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        c.id,
        case when 'model' = any(get_config_groups.group_by) then m.name end,
        case when 'tool' = any(get_config_groups.group_by) then t.name end,
        case
            when get_config_groups.group_by && '{provider,model}' then m.provider
        end,
        case
            when 'parameters' = any(get_config_groups.group_by)
            then perf.get_performance_affecting_parameters(c.parameters)
        end
    from perf.model_tool_configs as c
    join perf.models as m on m.id = c.model_id
    join perf.tools as t on t.id = c.tool_id
    where c.id = any(get_config_groups.model_tool_config_ids);
$$;

comment on function perf_internal.get_config_groups is
    'The group each configuration belongs to; what is not grouped by is null. A model has one provider, which is named with it.';

revoke execute on function perf_internal.get_config_groups from public;
grant execute on function perf_internal.get_config_groups
    to authenticated, service_role, perf_admin, perf_analyst;
