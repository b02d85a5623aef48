create or replace function perf_internal.get_config_ids(
    model_name text default null,
    tool_name text default null,
    provider text default null,
    parameters jsonb default null
)
returns uuid[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_key text;
begin
    if get_config_ids.model_name is not null
        and not exists (select 1 from perf.models as m where m.name = get_config_ids.model_name)
    then
        raise exception using
            errcode = 'PT404',
            message = 'there is no model '
                || perf_internal.quote_value(get_config_ids.model_name),
            hint = 'select name from perf.models lists them.';
    elsif get_config_ids.tool_name is not null
        and not exists (select 1 from perf.tools as t where t.name = get_config_ids.tool_name)
    then
        raise exception using
            errcode = 'PT404',
            message = 'there is no tool '
                || perf_internal.quote_value(get_config_ids.tool_name),
            hint = 'select name from perf.tools lists them.';
    elsif jsonb_typeof(get_config_ids.parameters) <> 'object' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'parameters must be a JSON object, got %s',
                perf_internal.quote_value(get_config_ids.parameters::text)
            );
    end if;
    select k.key
    into v_key
    from jsonb_object_keys(get_config_ids.parameters) as k (key)
    where not perf.get_performance_affecting_parameters(get_config_ids.parameters) ? k.key;
    if v_key is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'parameters can be filtered by what affects performance, got %s',
                perf_internal.quote_value(v_key)
            ),
            hint = 'That is thinking_mode, use_websearch, streaming, max_tokens and temperature.';
    end if;
    return array(
        select c.id
        from perf.model_tool_configs as c
        join perf.models as m on m.id = c.model_id
        join perf.tools as t on t.id = c.tool_id
        where (get_config_ids.model_name is null or m.name = get_config_ids.model_name)
            and (get_config_ids.tool_name is null or t.name = get_config_ids.tool_name)
            and (get_config_ids.provider is null or m.provider = get_config_ids.provider)
            and (
                get_config_ids.parameters is null
                or perf.get_performance_affecting_parameters(c.parameters)
                    @> perf.get_performance_affecting_parameters(get_config_ids.parameters)
            )
    );
end
$$;

comment on function perf_internal.get_config_ids is
    'The configurations of a model, tool, provider, and of every parameter set that has the given values; null asks for any. Errors: PT404 unknown model or tool, 22023 a parameter that is not kept apart.';

revoke execute on function perf_internal.get_config_ids from public;
grant execute on function perf_internal.get_config_ids
    to authenticated, service_role, perf_admin, perf_analyst;
