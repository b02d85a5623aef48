begin;
select plan(48);

-- Messages show times as the session does.
set local datestyle = 'ISO';

set local timezone = 'UTC';

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

select is(
    perf.record_calls(
        '[{"model_name": "acme/one", "tool_name": "chat", "response_time_ms": 812.5,
           "success": false, "provider": "acme", "parameters": {"temperature": 1},
           "input_tokens": 10, "output_tokens": 20, "error_type": "timeout",
           "first_token_ms": 90, "call_timestamp": "2020-01-06T10:30:00Z",
           "call_id": "c0000000-0000-4000-8000-000000000001"},
          {"model_name": "two", "tool_name": "search", "response_time_ms": 7,
           "call_timestamp": "2020-01-06T10:31:00Z"},
          {"model_name": "two", "tool_name": "search", "response_time_ms": 8,
           "error_type": "refused", "call_id": "016f7a67-7c40-7000-8000-000000000001"}]'
    ),
    3::bigint,
    'records a batch and says how many'
);

select results_eq(
    $$ select m.name, m.provider, t.name, c.parameters, r.call_timestamp, r.response_time_ms,
           r.first_token_ms, r.input_tokens, r.output_tokens, r.success, r.error_type, r.id
       from perf.performance_metrics_raw as r
       join perf.model_tool_configs as c on c.id = r.model_tool_config_id
       join perf.models as m on m.id = c.model_id
       join perf.tools as t on t.id = c.tool_id
       order by r.response_time_ms $$,
    $$ values
        (
            'two', 'unknown', 'search', '{}'::jsonb, '2020-01-06 10:31:00+00'::timestamptz,
            7::float8, null::float8, null::integer, null::integer, true, null, null::uuid
        ),
        (
            'two', 'unknown', 'search', '{}', '2020-01-06 10:30:00+00',
            8, null, null, null, false, 'refused', '016f7a67-7c40-7000-8000-000000000001'
        ),
        (
            'acme/one', 'acme', 'chat', '{"temperature": 1}', '2020-01-06 10:30:00+00',
            812.5, 90, 10, 20, false, 'timeout', 'c0000000-0000-4000-8000-000000000001'
        ) $$,
    'every key is kept, with the defaults of record_call()'
);

select is(
    perf.record_calls(
        '[{"model_name": "acme/one", "tool_name": "chat", "response_time_ms": 1,
           "call_timestamp": "2020-01-06T10:30:00Z",
           "call_id": "c0000000-0000-4000-8000-000000000001"},
          {"model_name": "acme/one", "tool_name": "chat", "response_time_ms": 2,
           "call_timestamp": "2020-01-06T10:30:00Z",
           "call_id": "c0000000-0000-4000-8000-000000000002"},
          {"model_name": "acme/one", "tool_name": "chat", "response_time_ms": 3,
           "call_timestamp": "2020-01-06T10:30:00Z",
           "call_id": "c0000000-0000-4000-8000-000000000002"}]'
    ),
    1::bigint,
    'of a call_id known before and one twice in the batch only one call is new'
);
select is(
    (
        select r.response_time_ms
        from perf.performance_metrics_raw as r
        where r.id = 'c0000000-0000-4000-8000-000000000002'
    ),
    2::float8,
    'the first that the batch has of it'
);

select is(
    (select count(*) from perf.performance_metrics_raw),
    4::bigint,
    'and only that one is added'
);

select is(
    perf.record_calls(
        '[{"model_name": "two", "tool_name": "search", "response_time_ms": 9,
           "parameters": null, "call_timestamp": "2020-01-06T10:30:00Z"},
          {"model_name": "two", "tool_name": "search", "response_time_ms": 9,
           "parameters": {}, "call_timestamp": "2020-01-06T10:30:00Z"},
          {"model_name": "two", "tool_name": "search", "response_time_ms": 9,
           "provider": "late", "call_timestamp": "2020-01-06T10:30:00Z"}]'
    ),
    3::bigint,
    'without a call_id equal calls are all new'
);

select is(
    (select count(distinct model_tool_config_id) from perf.performance_metrics_raw
     where response_time_ms in (7, 9)),
    1::bigint,
    'no parameters, null and {} are one configuration'
);

select is(
    (select provider from perf.models where name = 'two'),
    'late',
    'a provider named later replaces unknown'
);

select is(
    perf.record_calls('[{"model_name": "m", "tool_name": "t", "response_time_ms": 1}]'),
    1::bigint,
    'three keys are enough'
);

select is(
    (select r.call_timestamp from perf.performance_metrics_raw as r where r.response_time_ms = 1),
    now(),
    'the time of a call is now'
);

select is(perf.record_calls('[]'), 0::bigint, 'an empty batch records nothing');

select throws_ok(
    'select perf.record_calls(null)',
    '22023',
    'calls must be a JSON array, got null',
    'refuses null'
);
select throws_ok(
    $$ select perf.record_calls('{"model_name": "m"}') $$,
    '22023',
    E'calls must be a JSON array, got "{\\"model_name\\": \\"m\\"}"',
    'refuses an object'
);
select is(
    perf.record_calls('{"calls": [
        {"model_name": " padded ", "tool_name": "t ", "provider": " p", "response_time_ms": 21,
            "error_type": false},
        {"model_name": "padded", "tool_name": "t", "response_time_ms": 22, "error_type": {}},
        {"model_name": "padded", "tool_name": "t", "response_time_ms": 23, "error_type": "None"},
        {"model_name": "padded", "tool_name": "t", "response_time_ms": 24, "error_type": " slow "}
    ]}'),
    4::bigint,
    'takes an object with the array, as clients send a named argument'
);
select results_eq(
    $$ select r.response_time_ms, m.name, m.provider, t.name, r.success, r.error_type
       from perf.performance_metrics_raw as r
       join perf.model_tool_configs as c on c.id = r.model_tool_config_id
       join perf.models as m on m.id = c.model_id
       join perf.tools as t on t.id = c.tool_id
       where r.response_time_ms between 21 and 24
       order by 1 $$,
    $$ values
        (21::float8, 'padded', 'p', 't', true, null::text),
        (22, 'padded', 'p', 't', true, null),
        (23, 'padded', 'p', 't', true, null),
        (24, 'padded', 'p', 't', false, 'slow') $$,
    'spaces around names are not kept, and what stands for no error is none'
);
select throws_ok(
    $$ select perf.record_calls('{"calls": [], "limit": 5}') $$,
    '22023',
    E'calls must be a JSON array, got "{\\"calls\\": [], \\"limit\\": 5}"',
    'refuses an object with another key'
);
select throws_ok(
    $$ select perf.record_calls(
           '[{"model_name": "m", "tool_name": "t", "response_time_ms": 1,
              "error_type": {"code": 1}}]'
       ) $$,
    '22023',
    E'calls[0]: error_type must be a string such as "timeout", or null for none, got "{\\"code\\": 1}"',
    'refuses an error_type that is not a text'
);
set local timezone = 'Asia/Kolkata';
create temporary table recorded_without_offset as
select perf.record_calls(
    '[{"model_name": "acme/noon", "tool_name": "t", "response_time_ms": 1,
       "call_timestamp": "2019-11-05T12:00:00"}]'
);
set local timezone = 'UTC';
select is(
    (
        select r.call_timestamp
        from perf.performance_metrics_raw as r
        join perf.model_tool_configs as c on c.id = r.model_tool_config_id
        join perf.models as m on m.id = c.model_id
        where m.name = 'acme/noon'
    ),
    '2019-11-05 12:00+00'::timestamptz,
    'a time without an offset is of UTC, whatever zone the session has'
);
set local datestyle = 'German';
select throws_ok(
    $$ select perf.record_calls(
           '[{"model_name": "m", "tool_name": "t", "response_time_ms": 1,
              "call_timestamp": "05/11/2019"}]'
       ) $$,
    '22023',
    'calls[0]: call_timestamp must be a time as in ISO 8601, got "05/11/2019"',
    'refuses a time that depends on DateStyle'
);
set local datestyle = 'ISO, MDY';
select throws_ok(
    $$ select perf.record_calls('[null]') $$,
    '22023',
    'calls[0]: must be an object, got "null"',
    'refuses an element that is no object'
);
select throws_ok(
    $$ select perf.record_calls(
           '[{"model_name": "acme/new", "tool_name": "chat", "response_time_ms": 1},
             {"model_name": "acme/new", "tool_name": "chat", "response_time_ms": -1}]'
       ) $$,
    '22023',
    'calls[1]: response_time_ms must be between 0 and 1e10, got "-1"',
    'refuses a batch with a bad call, naming its position from 0'
);
select is(
    (select count(*) from perf.models where name = 'acme/new'),
    0::bigint,
    'and records nothing of it'
);
select throws_ok(
    $$ select perf.record_calls('[{"tool_name": "chat", "response_time_ms": 1}]') $$,
    '22023',
    'calls[0]: model_name must have 1 to 200 characters, got null',
    'refuses a call without a model'
);
select throws_ok(
    $$ select perf.record_calls(
           '[{"model_name": "m", "tool_name": "t", "response_time_ms": 1, "latency": 1}]'
       ) $$,
    '22023',
    'calls[0]: has an unknown key "latency"'
        || '; known keys: model_name, tool_name, response_time_ms, success, provider, parameters, input_tokens, output_tokens, error_type, first_token_ms, call_timestamp, call_id, test_id, unit_key, cached_input_tokens, cache_write_tokens, reasoning_tokens, cost',
    'refuses a key that would be lost'
);
select throws_ok(
    $$ select perf.record_calls('[{"model_name": 7, "tool_name": "t", "response_time_ms": 1}]') $$,
    '22023',
    'calls[0]: model_name must be a string, got "7"',
    'refuses a number for a name'
);
select throws_ok(
    $$ select perf.record_calls(
           '[{"model_name": "m", "tool_name": "t", "response_time_ms": "fast"}]'
       ) $$,
    '22023',
    null,
    'refuses a value of the wrong type'
);
select throws_ok(
    $$ select perf.record_calls(
           '[{"model_name": "m", "tool_name": "t", "response_time_ms": "Infinity"}]'
       ) $$,
    '22023',
    'calls[0]: response_time_ms must be between 0 and 1e10, got "Infinity"',
    'refuses infinity'
);
select throws_ok(
    $$ select perf.record_calls(
           '[{"model_name": "m", "tool_name": "t", "response_time_ms": 1,
              "call_timestamp": "9999-12-31T00:00:00Z"}]'
       ) $$,
    '22023',
    'calls[0]: call_timestamp must be between 1970 and tomorrow, got 9999-12-31 00:00:00+00',
    'refuses the year 9999'
);
select is(
    perf.record_calls('[
        {"model_name": "acme/routed", "tool_name": "t", "response_time_ms": 21, "provider": "acme",
            "call_id": "gen-1", "call_timestamp": "2020-01-07T10:00Z", "cost": 0.5},
        {"model_name": "acme/routed", "tool_name": "t", "response_time_ms": 21, "provider": "other",
            "call_id": "gen-2", "call_timestamp": "2020-01-07T10:00Z", "input_tokens": 9,
            "cached_input_tokens": 4, "cache_write_tokens": 5},
        {"model_name": "acme/routed", "tool_name": "t", "response_time_ms": 22, "provider": "other",
            "call_id": 3, "call_timestamp": "2020-01-07T10:00Z", "output_tokens": 8,
            "reasoning_tokens": 8},
        {"model_name": "acme/routed", "tool_name": "t", "response_time_ms": 22, "provider": "other",
            "call_id": "gen-2", "call_timestamp": "2020-01-07T10:00Z"}
    ]'),
    3::bigint,
    'any text or number is a call_id, and counts once'
);
select results_eq(
    $$ select s.labels ->> 'provider', r.cost, r.cached_input_tokens, r.cache_write_tokens,
           r.reasoning_tokens
       from perf.performance_metrics_raw as r
       join perf_internal.call_series as s on s.series_id = r.model_tool_config_id
       where r.id in (perf.get_call_id('gen-1'), perf.get_call_id('gen-2'), perf.get_call_id('3'))
       order by 1, 3 $$,
    $$ values
        ('acme', 0.5::float8, null::integer, null::integer, null::integer),
        ('other', null, 4, 5, null),
        ('other', null, null, null, 8) $$,
    'the provider is that of the call, and tokens and cost are kept'
);
select throws_ok(
    format(
        'select perf.record_calls(%L)',
        jsonb_build_array(
            '{"model_name": "acme/new", "tool_name": "t", "response_time_ms": 1}'::jsonb || c.fields
        )
    ),
    '22023', c.message, c.message
)
from (
    values
        ('{"call_id": " "}'::jsonb, 'calls[0]: call_id must be a text that is not blank, got " "'),
        ('{"call_id": true}', 'calls[0]: call_id must be a text that is not blank, got "true"'),
        ('{"call_id": {}}', 'calls[0]: call_id must be a text that is not blank, got "{}"'),
        (
            '{"cached_input_tokens": []}',
            'calls[0]: cached_input_tokens must be of type integer, got "[]"'
        ),
        (
            '{"cache_write_tokens": 1.5}',
            'calls[0]: cache_write_tokens must be of type integer, got "1.5"'
        ),
        ('{"cost": "free"}', 'calls[0]: cost must be of type double precision, got "free"'),
        (
            '{"output_tokens": 1, "reasoning_tokens": 2}',
            'calls[0]: reasoning_tokens must be a part of output_tokens, got 2 of 1'
        )
) as c (fields, message);

select is(
    perf.record_calls('[
        {"model_name": "acme/twice-a", "tool_name": "chat", "response_time_ms": 1,
            "call_id": "01234567-89ab-4cde-8f01-23456789abcd", "call_timestamp": "2020-01-06T10:00Z"},
        {"model_name": "acme/twice-b", "tool_name": "chat", "response_time_ms": 2,
            "call_id": "01234567-89ab-4cde-8f01-23456789abcd", "call_timestamp": "2020-01-06T10:00Z"}
    ]'),
    1::bigint,
    'an id that comes twice in a batch is one call, also of two models'
);

select is(
    perf.record_calls(jsonb_build_array(
        '{"model_name": "u1", "tool_name": "t", "response_time_ms": 1,
          "call_id": "016f7a2c-1c00-7000-8000-00000000abcd"}'::jsonb,
        jsonb_build_object(
            'model_name', 'u2',
            'tool_name', 't',
            'response_time_ms', 1,
            'call_id', '016f7a2c-1c00-7000-8000-00000000abcd',
            'call_timestamp',
            perf_internal.get_uuid_time('016f7a2c-1c00-7000-8000-00000000abcd')
        )
    )),
    1::bigint,
    'an id that comes twice is one call, also if one of them spells its time out'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select is(
    perf.record_calls(
        '[{"model_name": "m", "tool_name": "t", "response_time_ms": 1,
           "call_timestamp": "2020-01-06T10:30:00Z"}]'
    ),
    1::bigint,
    'a recorder by token records'
);

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select throws_ok(
    $$ select perf.record_calls('[]') $$,
    '42501',
    'this needs the role recorder',
    'an analyst by token does not'
);

set local role perf_recorder;

select is(
    perf.record_calls(
        '[{"model_name": "m", "tool_name": "t", "response_time_ms": 1,
           "call_timestamp": "2020-01-06T10:30:00Z"}]'
    ),
    1::bigint,
    'perf_recorder records'
);

set local role perf_analyst;

select throws_ok(
    $$ select perf.record_calls('[]') $$,
    '42501',
    null,
    'perf_analyst does not'
);

set local role anon;

select throws_ok(
    $$ select perf.record_calls('[]') $$,
    '42501',
    null,
    'anon does not'
);

-- A call as an outcome of an A/B test. u1 gets a, u2 gets b, see get_ab_variant().
reset role;
insert into perf.model_ab_tests (
    id, test_name, model_type, model_a_version, model_b_version, test_start
) values
    (
        'e0000000-0000-4000-8000-000000000000', 'one', 'llm', 'v1', 'v2', '2020-01-06 00:00+00'
    );
insert into perf.ab_test_metrics (
    test_id, metric, role, better, minimum_effect, source_metric, above
) values
    ('e0000000-0000-4000-8000-000000000000', 'success', 'primary', 'higher', 0.01, null, null),
    ('e0000000-0000-4000-8000-000000000000', 'first_token_ms', 'other', 'lower', null, null, null),
    (
        'e0000000-0000-4000-8000-000000000000', 'slow', 'other', 'lower', null,
        'response_time_ms', 2000
    ),
    ('e0000000-0000-4000-8000-000000000000', 'rating', 'other', 'higher', null, null, null);
insert into perf_internal.ab_series (test_id, metric, variant)
select m.test_id, m.metric, v.variant
from perf.ab_test_metrics as m
cross join (values ('a'), ('b')) as v (variant);

set local role perf_recorder;
select is(
    perf.record_calls(
        '[{"model_name": "m", "tool_name": "t", "response_time_ms": 3000,
           "call_timestamp": "2020-01-06T10:30:00Z",
           "test_id": "e0000000-0000-4000-8000-000000000000", "unit_key": "u2"},
          {"model_name": "m", "tool_name": "t", "response_time_ms": 1,
           "call_timestamp": "2020-01-06T10:30:00Z"},
          {"model_name": "m", "tool_name": "t", "response_time_ms": 5, "error_type": "timeout",
           "call_timestamp": "2020-01-06T10:31:00Z",
           "call_id": "c1000000-0000-4000-8000-000000000000",
           "test_id": "e0000000-0000-4000-8000-000000000000", "unit_key": "u2"},
          {"model_name": "m", "tool_name": "t", "response_time_ms": 5,
           "call_timestamp": "2020-01-06T10:31:00Z",
           "call_id": "c1000000-0000-4000-8000-000000000000",
           "test_id": "e0000000-0000-4000-8000-000000000000", "unit_key": "u2"}]'
    ),
    3::bigint,
    'calls of a batch may be outcomes of units of A/B tests'
);
reset role;
select results_eq(
    $$ select s.variant, s.metric, o.value, o.earlier_count, o.earlier_sum
       from perf.ab_outcomes as o
       join perf_internal.ab_series as s on s.id = o.series_id
       order by 1, 2, 4 $$,
    $$ values ('b', 'slow', 1::float8, 0, 0::float8), ('b', 'success', 1, 0, 0), ('b', 'success', 0, 1, 1) $$,
    'each counts once'
);
select is(
    perf.record_calls(
        '[{"model_name": "m", "tool_name": "t", "response_time_ms": 5, "error_type": "timeout",
           "call_timestamp": "2020-01-06T10:31:00Z",
           "call_id": "c1000000-0000-4000-8000-000000000000",
           "test_id": "e0000000-0000-4000-8000-000000000000", "unit_key": "u2"}]'
    ) + (select count(*) from perf.ab_outcomes),
    3::bigint,
    'and a retry not at all'
);
select throws_ok(
    $$ select perf.record_calls(
        '[{"model_name": "m", "tool_name": "t", "response_time_ms": 1},
          {"model_name": "m", "tool_name": "t", "response_time_ms": 1,
           "test_id": "d0000000-0000-4000-8000-000000000000", "unit_key": "u2"}]'
    ) $$,
    'PT404',
    'calls[1]: there is no A/B test d0000000-0000-4000-8000-000000000000',
    'the first call of an unknown test is named'
);

select * from finish();
rollback;
