create or replace function perf_internal.get_call_problem(call perf_internal.call)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    c alias for call;
begin
    return case
        when c.model_name is null or c.model_name !~ '\S' or length(c.model_name) > 200
            then 'model_name must have 1 to 200 characters, got '
                || perf_internal.quote_value(c.model_name)
        when c.tool_name is null or c.tool_name !~ '\S' or length(c.tool_name) > 200
            then 'tool_name must have 1 to 200 characters, got '
                || perf_internal.quote_value(c.tool_name)
        when c.response_time_ms is null or c.response_time_ms not between 0 and 1e10
            then 'response_time_ms must be between 0 and 1e10, got '
                || perf_internal.quote_value(c.response_time_ms::text)
        when c.provider !~ '\S' or length(c.provider) > 200
            then 'provider must have 1 to 200 characters, got '
                || perf_internal.quote_value(c.provider)
        when jsonb_typeof(c.parameters) <> 'object'
            then 'parameters must be a JSON object, got '
                || perf_internal.quote_value(c.parameters::text)
        when pg_column_size(c.parameters) > 65536
            then 'parameters must be at most 64 KB, got '
                || pg_size_pretty(pg_column_size(c.parameters)::bigint)
        when c.input_tokens < 0
            then 'input_tokens must not be negative, got ' || c.input_tokens
        when c.output_tokens < 0
            then 'output_tokens must not be negative, got ' || c.output_tokens
        when c.error_type !~ '\S' or length(c.error_type) > 200
            then 'error_type must have 1 to 200 characters, got '
                || perf_internal.quote_value(c.error_type)
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
    end;
end
$$;

comment on function perf_internal.get_call_problem is
    'What is wrong with a call, naming the argument and its value; null if nothing is.';

revoke execute on function perf_internal.get_call_problem from public;
