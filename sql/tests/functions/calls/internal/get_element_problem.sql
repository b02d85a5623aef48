begin;
select plan(17);

select is(
    perf_internal.get_element_problem('{"model_name": "acme/one", "tool_name": "chat"}'),
    null,
    'nothing is wrong with known keys'
);

select is(
    perf_internal.get_element_problem(
        '{"model_name": "m", "tool_name": "t", "response_time_ms": 1, "success": true,
          "provider": "p", "parameters": {}, "input_tokens": 1, "output_tokens": 1,
          "error_type": "e", "first_token_ms": 1, "call_timestamp": "2020-01-06",
          "call_id": "c0000000-0000-4000-8000-000000000000",
          "test_id": "e0000000-0000-4000-8000-000000000000", "unit_key": "u1"}'
    ),
    null,
    'every argument of record_call() is a known key'
);

select is(
    perf_internal.get_element_problem('"acme/one"'),
    E'must be an object, got "acme/one"',
    'a string is no object'
);
select is(
    perf_internal.get_element_problem('null'),
    'must be an object, got "null"',
    'null is no object'
);
select is(
    perf_internal.get_element_problem('{"model_name": 7}'),
    'model_name must be a string, got "7"',
    'a number is no model_name'
);
select is(
    perf_internal.get_element_problem('{"model_name": "m", "tool_name": ["chat"]}'),
    E'tool_name must be a string, got "[\\"chat\\"]"',
    'an array is no tool_name'
);
select is(
    perf_internal.get_element_problem('{"model_name": "m", "tool_name": "t", "latency": 5}'),
    'has an unknown key "latency"'
        || '; known keys: model_name, tool_name, response_time_ms, success, provider, parameters, input_tokens, output_tokens, error_type, first_token_ms, call_timestamp, call_id, test_id, unit_key, cached_input_tokens, cache_write_tokens, reasoning_tokens, cost',
    'names a key that is unknown'
);
select is(
    perf_internal.get_element_problem('{"model_name": "m", "tool_name": "t", "provider": 5}'),
    'provider must be a string or null, got "5"',
    'a number is no provider'
);
select is_empty(
    $$ select e
       from unnest('{false,0,"{}","[]",null,"\"\"","\"timeout\""}'::text[]) as e
       where perf_internal.get_element_problem(
           format('{"error_type": %s}', coalesce(e, 'null'))::jsonb
       ) is not null $$,
    'an error_type is a text, or one of the values that stand for none'
);
select is(
    perf_internal.get_element_problem('{"error_type": {"code": 1}}'),
    E'error_type must be a string such as "timeout", or null for none, got "{\\"code\\": 1}"',
    'an object with something in it is no error_type'
);
select is(
    perf_internal.get_element_problem('{"error_type": true}'),
    'error_type must be a string such as "timeout", or null for none, got "true"',
    'nor is true, which does not say of which type'
);
select is(
    perf_internal.get_element_problem('{"call_timestamp": 1763632800000}'),
    'call_timestamp must be a time as in ISO 8601, got "1763632800000"',
    'milliseconds since 1970 are no call_timestamp'
);
select is(
    perf_internal.get_element_problem('{"call_timestamp": "05/11/2026"}'),
    'call_timestamp must be a time as in ISO 8601, got "05/11/2026"',
    'nor is a date whose month depends on a setting'
);
select is(
    perf_internal.get_element_problem('{"model_name": "m", "tool_name": "t", "test_id": [1]}'),
    'test_id must be of type uuid, got "[1]"',
    'an array is no test_id'
);
select is(
    perf_internal.get_element_problem('{"model_name": "m", "tool_name": "t", "unit_key": 7}'),
    'unit_key must be a string or null, got "7"',
    'a number is no unit_key: people compute the variant from its text'
);
select is(perf_internal.get_element_problem('{}'), null, 'what is missing is not its question');
select is(perf_internal.get_element_problem(null), null, 'nothing is wrong with no element');

select * from finish();
rollback;
