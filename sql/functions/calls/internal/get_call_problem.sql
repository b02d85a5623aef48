create or replace function perf_internal.get_call_problem(call perf_internal.call)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    c alias for call;
    v_good text := '^[0-9A-Za-z][ -~]*$';
    v_problem text;
begin
    -- Most names are letters, digits and signs of ASCII. Four calls for what is seen in one
    -- condition would take a tenth of the time of recording.
    if (c.model_name ~ v_good and length(c.model_name) <= 200) is not true
        or (c.tool_name ~ v_good and length(c.tool_name) <= 200) is not true
        or (c.provider ~ v_good and length(c.provider) <= 200) is false
        or (c.error_type ~ v_good and length(c.error_type) <= 200) is false
    then
        v_problem := coalesce(
            perf_internal.get_name_problem('model_name', c.model_name, 200),
            perf_internal.get_name_problem('tool_name', c.tool_name, 200),
            perf_internal.get_name_problem('provider', coalesce(c.provider, 'none'), 200),
            perf_internal.get_name_problem(
                'error_type', coalesce(perf_internal.get_error_type(c.error_type), 'none'), 200
            )
        );
    end if;
    return case
        when v_problem is not null
            then v_problem
        when c.response_time_ms is null or c.response_time_ms not between 0 and 1e10
            then 'response_time_ms must be between 0 and 1e10, got '
                || perf_internal.quote_value(c.response_time_ms::text)
        when jsonb_typeof(c.parameters) <> 'object'
            then 'parameters must be a JSON object, got '
                || perf_internal.quote_json(c.parameters)
        when pg_column_size(c.parameters) > 65536
            then 'parameters must be at most 64 KB, got '
                || pg_size_pretty(pg_column_size(c.parameters)::bigint)
        when pg_column_size(c.parameters) > 300
            and perf_internal.get_json_problem('parameters', c.parameters) is not null
            then perf_internal.get_json_problem('parameters', c.parameters)
        when c.input_tokens < 0
            then 'input_tokens must not be negative, got ' || c.input_tokens
        when c.output_tokens < 0
            then 'output_tokens must not be negative, got ' || c.output_tokens
        when c.cached_input_tokens < 0
            then 'cached_input_tokens must not be negative, got ' || c.cached_input_tokens
        when c.cache_write_tokens < 0
            then 'cache_write_tokens must not be negative, got ' || c.cache_write_tokens
        when c.reasoning_tokens < 0
            then 'reasoning_tokens must not be negative, got ' || c.reasoning_tokens
        when coalesce(c.cached_input_tokens, 0)::bigint + coalesce(c.cache_write_tokens, 0)
            > c.input_tokens
            then format(
                'cached_input_tokens and cache_write_tokens must be a part of input_tokens, got %s and %s of %s',
                coalesce(c.cached_input_tokens, 0),
                coalesce(c.cache_write_tokens, 0),
                c.input_tokens
            )
        when c.reasoning_tokens > c.output_tokens
            then format(
                'reasoning_tokens must be a part of output_tokens, got %s of %s',
                c.reasoning_tokens,
                c.output_tokens
            )
        when c.cost not between 0 and 1e9
            then 'cost must be between 0 and 1e9, got ' || c.cost
        when c.first_token_ms not between 0 and 1e10
            then 'first_token_ms must be between 0 and 1e10, got ' || c.first_token_ms
        when c.call_timestamp < '1970-01-01 00:00+00'
            or c.call_timestamp > now() + interval '1 day'
            then 'call_timestamp must be between 1970 and tomorrow, got ' || c.call_timestamp
        when c.call_timestamp is null
            and c.call_id is not null
            and perf_internal.get_uuid_time(c.call_id) is null
            then 'call_timestamp must be given with a call_id that is not a version 7 UUID, got '
                || c.call_id
        when c.call_timestamp is null
            and c.call_id is not null
            and perf_internal.get_uuid_time(c.call_id) > now() + interval '1 day'
            then 'call_id must not carry a time after tomorrow, got '
                || perf_internal.get_uuid_time(c.call_id)
        when c.test_id is not null
            then perf_internal.get_unit_key_problem('unit_key', c.unit_key)
        when c.unit_key is not null
            then 'test_id must be given with a unit_key, got null'
    end;
end
$$;

comment on function perf_internal.get_call_problem is
    'What is wrong with a call, naming the argument and its value; null if nothing is.';

revoke execute on function perf_internal.get_call_problem from public;
