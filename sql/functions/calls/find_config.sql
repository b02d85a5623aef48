create or replace function perf_internal.find_config(
    model_name text,
    tool_name text,
    provider text,
    parameters jsonb
)
returns uuid
language sql
stable
set search_path = ''
as $$
    select c.id
    from perf.models as m
    cross join perf.tools as t
    join perf.model_tool_configs as c
        on c.model_id = m.id
        and c.tool_id = t.id
    where m.name = find_config.model_name
        and (find_config.provider is null or m.provider = find_config.provider)
        and t.name = find_config.tool_name
        and c.parameter_hash = perf_internal.get_parameter_hash(find_config.parameters);
$$;

comment on function perf_internal.find_config is
    'The configuration of a call; null if there is none yet, or the model has another provider.';

revoke execute on function perf_internal.find_config from public;
