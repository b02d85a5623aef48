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
        'call_id', 'test_id', 'unit_key', 'cached_input_tokens', 'cache_write_tokens',
        'reasoning_tokens', 'cost'
    ];
    v_problem text;
begin
    v_problem := case
        when jsonb_typeof(e) <> 'object'
            then 'must be an object, got ' || perf_internal.quote_json(e)
        when jsonb_typeof(e -> 'model_name') <> 'string'
            then 'model_name must be a string, got '
                || perf_internal.quote_json(e -> 'model_name')
        when jsonb_typeof(e -> 'tool_name') <> 'string'
            then 'tool_name must be a string, got '
                || perf_internal.quote_json(e -> 'tool_name')
        when jsonb_typeof(e -> 'provider') not in ('string', 'null')
            then 'provider must be a string or null, got '
                || perf_internal.quote_json(e -> 'provider')
        when jsonb_typeof(e -> 'error_type') <> 'string'
            and e -> 'error_type' not in ('null', 'false', '0', '{}', '[]')
            then 'error_type must be a string such as "timeout", or null for none, got '
                || perf_internal.quote_json(e -> 'error_type')
        when jsonb_typeof(e -> 'response_time_ms') in ('object', 'array')
            then 'response_time_ms must be of type double precision, got '
                || perf_internal.quote_json(e -> 'response_time_ms')
        when jsonb_typeof(e -> 'success') in ('object', 'array')
            then 'success must be of type boolean, got '
                || perf_internal.quote_json(e -> 'success')
        when jsonb_typeof(e -> 'input_tokens') in ('object', 'array')
            then 'input_tokens must be of type integer, got '
                || perf_internal.quote_json(e -> 'input_tokens')
        when jsonb_typeof(e -> 'output_tokens') in ('object', 'array')
            then 'output_tokens must be of type integer, got '
                || perf_internal.quote_json(e -> 'output_tokens')
        when jsonb_typeof(e -> 'first_token_ms') in ('object', 'array')
            then 'first_token_ms must be of type double precision, got '
                || perf_internal.quote_json(e -> 'first_token_ms')
        when jsonb_typeof(e -> 'cached_input_tokens') in ('object', 'array')
            then 'cached_input_tokens must be of type integer, got '
                || perf_internal.quote_json(e -> 'cached_input_tokens')
        when jsonb_typeof(e -> 'cache_write_tokens') in ('object', 'array')
            then 'cache_write_tokens must be of type integer, got '
                || perf_internal.quote_json(e -> 'cache_write_tokens')
        when jsonb_typeof(e -> 'reasoning_tokens') in ('object', 'array')
            then 'reasoning_tokens must be of type integer, got '
                || perf_internal.quote_json(e -> 'reasoning_tokens')
        when jsonb_typeof(e -> 'cost') in ('object', 'array')
            then 'cost must be of type double precision, got '
                || perf_internal.quote_json(e -> 'cost')
        when jsonb_typeof(e -> 'call_id') not in ('string', 'number', 'null')
            or btrim(e ->> 'call_id') = ''
            then 'call_id must be a text that is not blank, got '
                || perf_internal.quote_json(e -> 'call_id')
        when jsonb_typeof(e -> 'test_id') in ('object', 'array')
            then 'test_id must be of type uuid, got ' || perf_internal.quote_json(e -> 'test_id')
        when jsonb_typeof(e -> 'unit_key') not in ('string', 'null')
            then 'unit_key must be a string or null, got '
                || perf_internal.quote_json(e -> 'unit_key')
        when jsonb_typeof(e -> 'call_timestamp') in ('object', 'array')
            then 'call_timestamp must be a time as in ISO 8601, got '
                || perf_internal.quote_json(e -> 'call_timestamp')
        -- DateStyle does not change how year, month and day are read in this order.
        when e ->> 'call_timestamp' not like '____-__-__%'
            then 'call_timestamp must be a time as in ISO 8601, got '
                || perf_internal.quote_value(e ->> 'call_timestamp')
    end;
    if v_problem is null and e - v_keys <> '{}' then
        return 'has an unknown key ' || perf_internal.quote_value(
            (select min(k) from jsonb_object_keys(e - v_keys) as k)
        ) || '; known keys: ' || array_to_string(v_keys, ', ');
    end if;
    return v_problem;
end
$$;

comment on function perf_internal.get_element_problem is
    'What is wrong with an element of record_calls() as JSON; null if nothing is.';

revoke execute on function perf_internal.get_element_problem from public;
