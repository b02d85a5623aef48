create or replace function perf_internal.get_element_problem(element jsonb)
returns text
language sql
immutable
set search_path = ''
as $$
    select case
        when jsonb_typeof(get_element_problem.element) <> 'object'
            then 'must be an object, got '
                || perf_internal.quote_value(get_element_problem.element::text)
        when jsonb_typeof(get_element_problem.element -> 'model_name') <> 'string'
            then 'model_name must be a string, got '
                || perf_internal.quote_value((get_element_problem.element -> 'model_name')::text)
        when jsonb_typeof(get_element_problem.element -> 'tool_name') <> 'string'
            then 'tool_name must be a string, got '
                || perf_internal.quote_value((get_element_problem.element -> 'tool_name')::text)
        when get_element_problem.element - array[
            'model_name', 'tool_name', 'response_time_ms', 'success', 'provider', 'parameters',
            'input_tokens', 'output_tokens', 'error_type', 'first_token_ms', 'call_timestamp',
            'call_id'
        ] <> '{}'
            then 'has an unknown key '
                || perf_internal.quote_value((
                    select k
                    from jsonb_object_keys(get_element_problem.element) as k
                    where k not in (
                        'model_name', 'tool_name', 'response_time_ms', 'success', 'provider',
                        'parameters', 'input_tokens', 'output_tokens', 'error_type',
                        'first_token_ms', 'call_timestamp', 'call_id'
                    )
                    limit 1
                ))
    end;
$$;

comment on function perf_internal.get_element_problem is
    'What is wrong with an element of record_calls() as JSON; null if nothing is.';

revoke execute on function perf_internal.get_element_problem from public;
