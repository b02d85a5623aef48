-- plpgsql, because that keeps the plan: every recorded call comes through here.
create or replace function perf.get_performance_affecting_parameters(parameters jsonb)
returns jsonb
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_problem text;
begin
    if jsonb_typeof(get_performance_affecting_parameters.parameters) <> 'object' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'parameters must be a JSON object, got '
                || perf_internal.quote_json(get_performance_affecting_parameters.parameters);
    end if;
    if pg_column_size(get_performance_affecting_parameters.parameters) > 300 then
        v_problem := perf_internal.get_json_problem(
            'parameters', get_performance_affecting_parameters.parameters
        );
        if v_problem is not null then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = v_problem;
        end if;
    end if;
    -- Mostly there are no other parameters, and no number ends in a zero behind the point. To
    -- return early then takes a tenth of the time.
    if get_performance_affecting_parameters.parameters - array[
            'thinking_mode', 'use_websearch', 'streaming', 'max_tokens', 'temperature'
        ] = '{}'
        and get_performance_affecting_parameters.parameters::text !~ '[.][0-9]*0([^0-9]|$)'
    then
        return get_performance_affecting_parameters.parameters;
    end if;
    return (
        select coalesce(
            jsonb_object_agg(
                p.key,
                case jsonb_typeof(p.value)
                    when 'number' then to_jsonb(trim_scale((p.value #>> '{}')::numeric))
                    else p.value
                end
            ),
            '{}'
        )
        from jsonb_each(get_performance_affecting_parameters.parameters) as p
        where p.key in (
            'thinking_mode', 'use_websearch', 'streaming', 'max_tokens', 'temperature'
        )
    );
end
$$;

comment on function perf.get_performance_affecting_parameters is
    'The parameters that affect performance: thinking_mode, use_websearch, streaming, max_tokens, temperature; numbers are without trailing zeros, because 1.0 is 1. Error 22023.';

revoke execute on function perf.get_performance_affecting_parameters from public;
grant execute on function perf.get_performance_affecting_parameters
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
