create or replace function perf_internal.get_element_problem(element jsonb)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    e alias for element;
    v_keys text[] := array[
        'model_name', 'tool_name', 'response_time_ms', 'success', 'provider', 'parameters',
        'input_tokens', 'output_tokens', 'error_type', 'first_token_ms', 'call_timestamp',
        'call_id'
    ];
begin
    if jsonb_typeof(e) <> 'object' then
        return 'must be an object, got ' || perf_internal.quote_value(e::text);
    elsif jsonb_typeof(e -> 'model_name') <> 'string' then
        return 'model_name must be a string, got '
            || perf_internal.quote_value((e -> 'model_name')::text);
    elsif jsonb_typeof(e -> 'tool_name') <> 'string' then
        return 'tool_name must be a string, got '
            || perf_internal.quote_value((e -> 'tool_name')::text);
    elsif e - v_keys <> '{}' then
        return 'has an unknown key ' || perf_internal.quote_value(
            (select min(k) from jsonb_object_keys(e - v_keys) as k)
        );
    end if;
    return null;
end
$$;

comment on function perf_internal.get_element_problem is
    'What is wrong with an element of record_calls() as JSON; null if nothing is.';

revoke execute on function perf_internal.get_element_problem from public;
