begin;
select plan(47);

-- Messages show times as the session does.
set local datestyle = 'ISO';

set local timezone = 'UTC';

-- A good call with some fields replaced.
create function pg_temp.problem(replaced jsonb)
returns text
language sql
as $$
    select perf_internal.get_call_problem(
        jsonb_populate_record(
            null::perf_internal.call,
            '{"model_name": "acme/one", "tool_name": "chat", "response_time_ms": 100}' || replaced
        )
    )
$$;

select is(pg_temp.problem('{}'), null, 'model, tool and response time are enough');

select is(
    pg_temp.problem(
        '{"success": false, "provider": "acme", "parameters": {"temperature": 1},
          "input_tokens": 0, "output_tokens": 0, "error_type": "timeout", "first_token_ms": 0,
          "call_timestamp": "2020-01-06T10:30:00Z",
          "call_id": "c0000000-0000-4000-8000-000000000000"}'
    ),
    null,
    'everything together is fine'
);

select is(
    pg_temp.problem('{"model_name": null}'),
    'model_name must have 1 to 200 characters, got null',
    'model_name must not be null'
);
select is(
    pg_temp.problem('{"model_name": ""}'),
    'model_name must have 1 to 200 characters, got ""',
    'model_name must not be empty'
);
select is(
    pg_temp.problem('{"model_name": " \t"}'),
    E'model_name must have 1 to 200 characters, got " \\t"',
    'model_name must not be blank'
);
select is(
    pg_temp.problem(jsonb_build_object('model_name', repeat('m', 200))),
    null,
    'model_name may have 200 characters'
);
select is(
    pg_temp.problem(jsonb_build_object('model_name', repeat('m', 201))),
    'model_name must have 1 to 200 characters, got "' || repeat('m', 60) || '..." (201 characters)',
    'model_name must not have 201 characters'
);
select is(
    pg_temp.problem('{"model_name": "''; drop table perf.models; --"}'),
    null,
    'SQL in a name is only a name'
);
select is(
    pg_temp.problem('{"tool_name": null}'),
    'tool_name must have 1 to 200 characters, got null',
    'tool_name must not be null'
);
select is(
    pg_temp.problem('{"tool_name": " "}'),
    'tool_name must have 1 to 200 characters, got " "',
    'tool_name must not be blank'
);
select is(
    pg_temp.problem(jsonb_build_object('tool_name', repeat('t', 201))),
    'tool_name must have 1 to 200 characters, got "' || repeat('t', 60) || '..." (201 characters)',
    'tool_name must not have 201 characters'
);

select is(pg_temp.problem('{"response_time_ms": 0}'), null, 'response_time_ms may be 0');
select is(pg_temp.problem('{"response_time_ms": 1e10}'), null, 'response_time_ms may be 1e10');
select is(
    pg_temp.problem('{"response_time_ms": null}'),
    'response_time_ms must be between 0 and 1e10, got null',
    'response_time_ms must not be null'
);
select is(
    pg_temp.problem('{"response_time_ms": -0.001}'),
    'response_time_ms must be between 0 and 1e10, got "-0.001"',
    'response_time_ms must not be negative'
);
select is(
    pg_temp.problem('{"response_time_ms": 10000000001}'),
    'response_time_ms must be between 0 and 1e10, got "10000000001"',
    'response_time_ms must not be above 1e10'
);
select is(
    pg_temp.problem('{"response_time_ms": "NaN"}'),
    'response_time_ms must be between 0 and 1e10, got "NaN"',
    'response_time_ms must not be NaN'
);
select is(
    pg_temp.problem('{"response_time_ms": "Infinity"}'),
    'response_time_ms must be between 0 and 1e10, got "Infinity"',
    'response_time_ms must not be infinite'
);

select is(
    pg_temp.problem('{"provider": ""}'),
    'provider must have 1 to 200 characters, got ""',
    'provider must not be empty'
);
select is(
    pg_temp.problem(jsonb_build_object('provider', repeat('p', 201))),
    'provider must have 1 to 200 characters, got "' || repeat('p', 60) || '..." (201 characters)',
    'provider must not have 201 characters'
);

select is(
    pg_temp.problem('{"parameters": [1]}'),
    'parameters must be a JSON object, got "[1]"',
    'parameters must be an object'
);
select is(
    pg_temp.problem(
        jsonb_build_object('parameters', jsonb_build_object('prompt', repeat('x', 65000)))
    ),
    null,
    'parameters may be almost 64 KB'
);
select is(
    pg_temp.problem(
        jsonb_build_object('parameters', jsonb_build_object('prompt', repeat('x', 10485760)))
    ),
    'parameters must be at most 64 KB, got 10 MB',
    'parameters must not be 10 MB'
);

select is(
    pg_temp.problem('{"input_tokens": -1}'),
    'input_tokens must not be negative, got -1',
    'input_tokens must not be negative'
);
select is(
    pg_temp.problem('{"output_tokens": -1}'),
    'output_tokens must not be negative, got -1',
    'output_tokens must not be negative'
);

select is(
    pg_temp.problem('{"error_type": " ", "provider": " "}'),
    'provider must have 1 to 200 characters, got " "',
    'an error_type may be blank, which is none'
);
select is(
    pg_temp.problem('{"error_type": "{}"}') || pg_temp.problem('{"error_type": "None"}'),
    null,
    'or say that there is none'
);
select is(
    pg_temp.problem('{"error_type": "{1}"}'),
    'error_type must be a text, not a JSON object or array, got "{1}"',
    'error_type must not be a JSON object'
);
select is(
    pg_temp.problem('{"error_type": "a\u0085"}'),
    E'error_type must have no control characters, got "a\\u0085"',
    'error_type must not have control characters'
);
select is(
    pg_temp.problem('{"model_name": "a\nb"}'),
    E'model_name must have no control characters, got "a\\nb"',
    'nor must model_name'
);
select is(
    pg_temp.problem('{"tool_name": "[1]"}'),
    'tool_name must be a text, not a JSON object or array, got "[1]"',
    'tool_name must not be a JSON array'
);
select is(
    pg_temp.problem(jsonb_build_object('error_type', repeat('e', 201))),
    'error_type must have 1 to 200 characters, got "' || repeat('e', 60) || '..." (201 characters)',
    'error_type must not have 201 characters'
);

select is(
    pg_temp.problem('{"first_token_ms": -1}'),
    'first_token_ms must be between 0 and 1e10, got -1',
    'first_token_ms must not be negative'
);
select is(
    pg_temp.problem('{"first_token_ms": "NaN"}'),
    'first_token_ms must be between 0 and 1e10, got NaN',
    'first_token_ms must not be NaN'
);

select is(
    pg_temp.problem('{"call_timestamp": "1970-01-01T00:00:00Z"}'),
    null,
    'call_timestamp may be the start of 1970'
);
select is(
    pg_temp.problem('{"call_timestamp": "1969-12-31T23:59:59.999999Z"}'),
    'call_timestamp must be between 1970 and tomorrow, got 1969-12-31 23:59:59.999999+00',
    'call_timestamp must not be a microsecond earlier'
);
select is(
    pg_temp.problem(jsonb_build_object('call_timestamp', now() + interval '1 day')),
    null,
    'call_timestamp may be a day from now'
);
select matches(
    pg_temp.problem(
        jsonb_build_object('call_timestamp', now() + interval '1 day 1 microsecond')
    ),
    '^call_timestamp must be between 1970 and tomorrow, got ',
    'call_timestamp must not be a microsecond later'
);
select is(
    pg_temp.problem('{"call_timestamp": "9999-12-31T00:00:00Z"}'),
    'call_timestamp must be between 1970 and tomorrow, got 9999-12-31 00:00:00+00',
    'call_timestamp must not be in the year 9999'
);
select is(
    pg_temp.problem('{"call_timestamp": "infinity"}'),
    'call_timestamp must be between 1970 and tomorrow, got infinity',
    'call_timestamp must not be infinite'
);

select is(
    pg_temp.problem('{"call_id": "016f7a67-7c40-7000-8000-000000000001"}'),
    null,
    'a version 7 call_id needs no call_timestamp'
);
select is(
    pg_temp.problem('{"call_id": "c0000000-0000-4000-8000-000000000000"}'),
    'call_timestamp must be given with a call_id that is not a version 7 UUID, got '
        || 'c0000000-0000-4000-8000-000000000000',
    'a call_id of another version needs one'
);
-- e677d21f-dc00 is 9999-12-31.
select is(
    pg_temp.problem('{"call_id": "e677d21f-dc00-7000-8000-000000000001"}'),
    'call_id must not carry a time after tomorrow, got 10000-01-01 00:00:00+00',
    'a call_id must not carry a time in the future'
);

select is(
    pg_temp.problem('{"test_id": "e0000000-0000-4000-8000-000000000000", "unit_key": "u1"}'),
    null,
    'a call may be an outcome of a unit of an A/B test'
);
select is(
    pg_temp.problem('{"test_id": "e0000000-0000-4000-8000-000000000000"}'),
    'unit_key must have 1 to 200 characters, got null',
    'then the unit is given'
);
select is(
    pg_temp.problem('{"test_id": "e0000000-0000-4000-8000-000000000000", "unit_key": "u1 "}'),
    'unit_key must have no spaces around it, got "u1 "',
    'without spaces around it'
);
select is(
    pg_temp.problem('{"unit_key": "u1"}'),
    'test_id must be given with a unit_key, got null',
    'and so is the test'
);

select * from finish();
rollback;
