begin;
select plan(18);

select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
select perf.grant_role(null, 'recorder', subject => 'auth0|1');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');

set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is(
    perf.record_call('acme/one', 'chat', 5, call_timestamp => '2020-01-06 10:00+00'),
    true,
    'a recorder records'
);
select is(
    perf.record_calls('[
        {"model_name": "acme/one", "tool_name": "chat", "response_time_ms": 7,
         "error_type": "timeout", "call_timestamp": "2020-01-06T11:00:00Z"},
        {"model_name": "acme/two", "tool_name": "chat", "response_time_ms": 8,
         "call_timestamp": "2020-01-06T12:00:00Z"}
    ]'),
    2::bigint,
    'also a batch'
);
select throws_ok(
    $$ select * from perf.get_own_calls('2020-01-06') $$,
    '42501',
    'recorders may not read their calls back',
    'and reads nothing back'
);

reset role;
select perf.set_own_calls_readable(true);

set local role authenticated;
select results_eq(
    $$ select c.model_name, c.tool_name, c.response_time_ms, c.success, c.error_type
       from perf.get_own_calls('2020-01-06') as c $$,
    $$ values
        ('acme/two', 'chat', 8::float8, true, null),
        ('acme/one', 'chat', 7, false, 'timeout'),
        ('acme/one', 'chat', 5, true, null) $$,
    'unless an admin allows it: then the newest call comes first'
);
select is(
    (select count(*) from perf.get_own_calls('2020-01-06 11:00+00', '2020-01-06 12:00+00')),
    1::bigint,
    'the range is half open'
);
select is(
    (select c.response_time_ms from perf.get_own_calls('2020-01-06', max_rows => 1) as c),
    8::float8,
    'max_rows leaves the newest'
);
select is((select count(*) from perf.performance_metrics_raw), 0::bigint, 'tables stay closed');

set local request.jwt.claims = '{"sub": "auth0|1"}';
select is_empty($$ select * from perf.get_own_calls('2020-01-06') $$, 'others see none of them');
select is(
    perf.record_call('acme/one', 'chat', 9, call_timestamp => '2020-01-06 10:00+00'),
    true,
    'a user with a text as sub records'
);
select is(
    (select count(*) from perf.get_own_calls('2020-01-06')), 1::bigint, 'and reads that one back'
);

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'select * from perf.get_own_calls()', '42501', 'this needs the role recorder',
    'an analyst reads the table instead'
);

set local role perf_recorder;
select is_empty($$ select * from perf.get_own_calls('2020-01-06') $$, 'a login has its own');

select throws_ok(
    format('select * from perf.get_own_calls(%s)', c.arguments), '22023', c.message, c.message
)
from (
    values
        ('null', 'start_time and end_time must not be null'),
        ('''2020-01-06'', max_rows => 0', 'max_rows must be between 1 and 1000, got 0'),
        ('''2020-01-06'', max_rows => 1001', 'max_rows must be between 1 and 1000, got 1001'),
        ('''2020-01-06'', max_rows => null', 'max_rows must be between 1 and 1000, got null')
) as c (arguments, message);

reset role;
select perf.set_role_claim('roles');
set local role authenticated;
set local request.jwt.claims = '{"roles": "recorder"}';
select throws_ok(
    'select * from perf.get_own_calls()', '42501', 'this needs the role recorder',
    'a token that names no user has no role'
);

set local role anon;
select throws_ok('select * from perf.get_own_calls()', '42501', null, 'anon has none');

select * from finish();
rollback;
