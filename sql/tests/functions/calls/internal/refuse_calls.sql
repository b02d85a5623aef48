begin;
select plan(7);

select lives_ok(
    $$ select perf_internal.refuse_calls(
           '[{"model_name": "m", "tool_name": "t", "response_time_ms": 1}]'
       ) $$,
    'good calls pass'
);

select lives_ok($$ select perf_internal.refuse_calls('[]') $$, 'an empty batch passes');

select throws_ok(
    $$ select perf_internal.refuse_calls(
           '[{"model_name": "m", "tool_name": "t", "response_time_ms": 1},
             {"model_name": "m", "tool_name": "t", "response_time_ms": -1},
             {"model_name": "", "tool_name": "t", "response_time_ms": 1}]'
       ) $$,
    '22023',
    'calls[1]: response_time_ms must be between 0 and 1e10, got "-1"',
    'the first bad call is named by its position from 0'
);

select throws_ok(
    $$ select perf_internal.refuse_calls(
           '[{"model_name": "m", "tool_name": "t", "response_time_ms": 1, "speed": 2}]'
       ) $$,
    '22023',
    'calls[0]: has an unknown key "speed"'
        || '; known keys: model_name, tool_name, response_time_ms, success, provider, parameters, input_tokens, output_tokens, error_type, first_token_ms, call_timestamp, call_id, test_id, unit_key, cached_input_tokens, cache_write_tokens, reasoning_tokens, cost',
    'an unknown key is refused'
);

select throws_ok(
    $$ select perf_internal.refuse_calls('[7]') $$,
    '22023',
    'calls[0]: must be an object, got "7"',
    'what is no object is refused'
);

select throws_ok(
    $$ select perf_internal.refuse_calls(
           '[{"model_name": "m", "tool_name": "t", "response_time_ms": "fast\n"}]'
       ) $$,
    '22023',
    E'calls[0]: response_time_ms must be of type double precision, got "fast\\n"',
    'a value of the wrong type is refused'
);

select throws_ok(
    $$ select perf_internal.refuse_calls(
           '[{"model_name": "m", "tool_name": "t", "response_time_ms": 1,
              "input_tokens": 3000000000}]'
       ) $$,
    '22023',
    'calls[0]: input_tokens must be of type integer, got "3000000000"',
    'a number too large for its type is refused'
);

select * from finish();
rollback;
