create or replace function perf_internal.get_config_groups(
    model_name text default null,
    tool_name text default null,
    provider text default null,
    parameters jsonb default null,
    group_by text[] default '{}',
    out config_ids uuid[],
    out group_numbers integer[],
    out groups jsonb[]
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_parameters jsonb;
    v_key text;
begin
    if get_config_groups.model_name is not null
        and not exists (select 1 from perf.models as m where m.name = get_config_groups.model_name)
    then
        raise exception using
            errcode = 'PT404',
            message = 'there is no model '
                || perf_internal.quote_value(get_config_groups.model_name),
            hint = 'select name from perf.models lists them.';
    elsif get_config_groups.tool_name is not null
        and not exists (select 1 from perf.tools as t where t.name = get_config_groups.tool_name)
    then
        raise exception using
            errcode = 'PT404',
            message = 'there is no tool '
                || perf_internal.quote_value(get_config_groups.tool_name),
            hint = 'select name from perf.tools lists them.';
    elsif jsonb_typeof(get_config_groups.parameters) <> 'object' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'parameters must be a JSON object, got '
                || perf_internal.quote_json(get_config_groups.parameters);
    end if;
    v_parameters := perf.get_performance_affecting_parameters(get_config_groups.parameters);
    select k.key
    into v_key
    from jsonb_object_keys(get_config_groups.parameters) as k (key)
    where not v_parameters ? k.key;
    if v_key is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'parameters can be filtered by what affects performance, got '
                || perf_internal.quote_value(v_key),
            hint = 'That is thinking_mode, use_websearch, streaming, max_tokens and temperature.';
    end if;
    select
        coalesce(array_agg(g.id), '{}'),
        array_agg(g.group_number),
        array_agg(distinct g.labels order by g.labels)
    into config_ids, group_numbers, groups
    from (
        select c.id, l.labels, dense_rank() over (order by l.labels)::integer as group_number
        from perf.model_tool_configs as c
        join perf.models as m on m.id = c.model_id
        join perf.tools as t on t.id = c.tool_id
        cross join lateral (
            select jsonb_object_agg(k.name, k.value)
            from (
                values
                    ('model', to_jsonb(m.name)),
                    ('tool', to_jsonb(t.name)),
                    (
                        'provider',
                        case
                            when 'provider' = any(get_config_groups.group_by)
                            then to_jsonb(coalesce(c.provider, m.provider))
                            else to_jsonb(m.provider)
                        end
                    ),
                    (
                        'parameters',
                        case
                            when 'parameters' = any(get_config_groups.group_by)
                            then perf.get_performance_affecting_parameters(c.parameters)
                        end
                    )
            ) as k (name, value)
            where k.name = any(get_config_groups.group_by)
                or (k.name = 'provider' and 'model' = any(get_config_groups.group_by))
        ) as l (labels)
        where (get_config_groups.model_name is null or m.name = get_config_groups.model_name)
            and (get_config_groups.tool_name is null or t.name = get_config_groups.tool_name)
            and (
                get_config_groups.provider is null
                or coalesce(c.provider, m.provider) = get_config_groups.provider
            )
            and (
                v_parameters is null
                or perf.get_performance_affecting_parameters(c.parameters) @> v_parameters
            )
    ) as g;
end
$$;

comment on function perf_internal.get_config_groups is
    'The configurations of a model, tool, provider, and of every parameter set that has the given values (null asks for any); the number of the group of each, and what each group is: those of model, tool, provider and parameters that group_by names, and with a model its own provider. Errors: PT404 unknown model or tool, 22023 a parameter that is not kept apart.';

revoke execute on function perf_internal.get_config_groups from public;
grant execute on function perf_internal.get_config_groups
    to authenticated, service_role, perf_admin, perf_analyst;
