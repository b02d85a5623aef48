begin;
select plan(62);

-- Messages show times as the session does.
set local datestyle = 'ISO';

-- A function finds the types it names when it first runs in a session. One of that name in the
-- caller's temporary schema would run its check as the owner. pgTAP names types too, so it waits.
savepoint before;
create function pg_temp.note(value pg_catalog.text)
returns boolean
language plpgsql
as $$
begin
    raise exception 'run as %', current_user;
end
$$;
create domain pg_temp.text as pg_catalog.text check (pg_temp.note(value));
create temporary table first_call as select perf.record_call('acme/domain', 'chat', 1);
rollback to savepoint before;
select pass(
    'a temporary type of the caller does not stand in for one of the system'
);

set local timezone = 'UTC';

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

select is(
    perf.record_call(
        'acme/one', 'chat', 812.5, false, 'acme', '{"temperature": 1}', 10, 20, 'timeout', 90,
        '2020-01-06 10:30:00+00', 'c0000000-0000-4000-8000-000000000001'
    ),
    true,
    'records a call'
);

select results_eq(
    $$ select m.name, m.provider, t.name, c.parameters, r.call_timestamp, r.response_time_ms,
           r.first_token_ms, r.input_tokens, r.output_tokens, r.success, r.error_type, r.id
       from perf.performance_metrics_raw as r
       join perf.model_tool_configs as c on c.id = r.model_tool_config_id
       join perf.models as m on m.id = c.model_id
       join perf.tools as t on t.id = c.tool_id $$,
    $$ values (
        'acme/one', 'acme', 'chat', '{"temperature": 1}'::jsonb,
        '2020-01-06 10:30:00+00'::timestamptz, 812.5::float8, 90::float8, 10, 20, false,
        'timeout', 'c0000000-0000-4000-8000-000000000001'::uuid
    ) $$,
    'every argument is kept, model, tool and parameters are added'
);

select is(
    (select created_at from perf.performance_metrics_raw),
    now(),
    'when it was recorded is kept'
);

select is(
    perf.record_call(
        'acme/one', 'chat', 999, call_timestamp => '2020-01-06 10:30:00+00',
        call_id => 'c0000000-0000-4000-8000-000000000001'
    ),
    false,
    'the same call_id and time again is no new call'
);

select is(
    perf.record_call(
        'acme/two', 'chat', 999, call_timestamp => '2020-01-06 10:30:00+00',
        call_id => 'c0000000-0000-4000-8000-000000000001'
    ),
    false,
    'not even for another model'
);

select is(
    (select array_agg(response_time_ms) from perf.performance_metrics_raw),
    array[812.5]::float8[],
    'and the first stays as it was'
);

select is(
    perf.record_call(
        'acme/one', 'chat', 5, call_timestamp => '2020-01-06 10:30:01+00',
        call_id => 'c0000000-0000-4000-8000-000000000001'
    ),
    true,
    'the same call_id at another time is another call'
);

select is(
    perf.record_call('acme/one', 'chat', 6, call_timestamp => '2020-01-06 10:30:00+00')
        and perf.record_call('acme/one', 'chat', 6, call_timestamp => '2020-01-06 10:30:00+00'),
    true,
    'without a call_id two equal calls are two'
);

select is(
    (select count(*) from perf.performance_metrics_raw where response_time_ms = 6),
    2::bigint,
    'and both are kept'
);

select is(
    (select array_agg(distinct success) from perf.performance_metrics_raw
     where response_time_ms = 6),
    '{t}',
    'without an error_type a call succeeds'
);

select is(
    perf.record_call(
        'acme/one', 'chat', 7, error_type => 'timeout', call_timestamp => '2020-01-06'
    ),
    true,
    'an error_type may stand alone'
);

select is(
    (select success from perf.performance_metrics_raw where response_time_ms = 7),
    false,
    'with an error_type a call fails'
);

select is(
    perf.record_call(
        'acme/one', 'chat', 8, success => true, error_type => 'slow',
        call_timestamp => '2020-01-06'
    ),
    true,
    'success may be said with an error_type'
);

select is(
    (select success from perf.performance_metrics_raw where response_time_ms = 8),
    true,
    'and counts'
);

select is(
    perf.record_call(
        ' acme/one', 'chat ', 11, null, ' acme ', error_type => 'False ',
        call_timestamp => '2020-01-06'
    ),
    true,
    'names may have spaces around them'
);

select results_eq(
    $$ select m.name, m.provider, t.name, r.success, r.error_type
       from perf.performance_metrics_raw as r
       join perf.model_tool_configs as c on c.id = r.model_tool_config_id
       join perf.models as m on m.id = c.model_id
       join perf.tools as t on t.id = c.tool_id
       where r.response_time_ms = 11 $$,
    $$ values ('acme/one', 'acme', 'chat', true, null::text) $$,
    'which are not kept, and an error_type of false is none'
);

select throws_ok(
    $$ select perf.record_call(E'x\r\nSet-Cookie: a=b', 'chat', 1) $$,
    '22023',
    E'model_name must have no control characters, got "x\\r\\nSet-Cookie: a=b"',
    'refuses control characters in a name'
);

select is(
    perf.record_call(
        'acme/one', 'chat', 9, call_id => '016f7a67-7c40-7000-8000-000000000001'
    ),
    true,
    'a version 7 call_id needs no time'
);

select is(
    (select call_timestamp from perf.performance_metrics_raw where response_time_ms = 9),
    '2020-01-06 10:30:00+00'::timestamptz,
    'for it carries one'
);

select is(
    perf.record_call(
        'acme/one', 'chat', 9, call_id => '016f7a67-7c40-7000-8000-000000000001'
    ),
    false,
    'which the retry carries too'
);

select is(perf.record_call('acme/one', 'chat', 10), true, 'three arguments are enough');

select results_eq(
    $$ select call_timestamp, created_at, id from perf.performance_metrics_raw
       where response_time_ms = 10 $$,
    $$ values (now(), null::timestamptz, null::uuid) $$,
    'the time of a call is now, and then is not kept twice'
);

select is(
    perf.record_call('acme/one', 'chat', 0, parameters => null, call_timestamp => '2020-01-06'),
    true,
    'null for parameters is none, a time of 0 a time'
);

select is(
    (select count(*) from perf.model_tool_configs as c
     join perf.models as m on m.id = c.model_id
     where m.name = 'acme/one'),
    2::bigint,
    'calls with the same parameters share a configuration'
);

select lives_ok(
    $$ select perf.record_call(
           'x''; drop table perf.models; --', 'chat', 1, call_timestamp => '2020-01-06'
       ) $$,
    'SQL in a name is only a name'
);

select throws_ok(
    $$ select perf.record_call('acme/new', 'chat', -1, call_timestamp => '2020-01-06') $$,
    '22023',
    'response_time_ms must be between 0 and 1e10, got "-1"',
    'refuses a negative time'
);
select throws_ok(
    $$ select perf.record_call('acme/new', 'chat', 'NaN', call_timestamp => '2020-01-06') $$,
    '22023',
    'response_time_ms must be between 0 and 1e10, got "NaN"',
    'refuses NaN'
);
select throws_ok(
    $$ select perf.record_call('acme/new', 'chat', null, call_timestamp => '2020-01-06') $$,
    '22023',
    'response_time_ms must be between 0 and 1e10, got null',
    'refuses a null time'
);
select throws_ok(
    $$ select perf.record_call('acme/new', '', 1, call_timestamp => '2020-01-06') $$,
    '22023',
    'tool_name must have 1 to 200 characters, got ""',
    'refuses an empty tool'
);
select throws_ok(
    $$ select perf.record_call(null, 'chat', 1, call_timestamp => '2020-01-06') $$,
    '22023',
    'model_name must have 1 to 200 characters, got null',
    'refuses a null model'
);
select throws_ok(
    $$ select perf.record_call('acme/new', 'chat', 1, call_timestamp => '9999-12-31') $$,
    '22023',
    'call_timestamp must be between 1970 and tomorrow, got 9999-12-31 00:00:00+00',
    'refuses the year 9999'
);
select throws_ok(
    $$ select perf.record_call('acme/new', 'chat', 1, parameters => '[]') $$,
    '22023',
    'parameters must be a JSON object, got "[]"',
    'refuses parameters that are no object'
);
select throws_ok(
    $$ select perf.record_call(
           'acme/new', 'chat', 1, call_id => 'c0000000-0000-4000-8000-000000000001'
       ) $$,
    '22023',
    'call_timestamp must be given with a call_id that is not a version 7 UUID, got '
        || 'c0000000-0000-4000-8000-000000000001',
    'refuses a random call_id without a time, for the retry would have another'
);
select throws_ok(
    format('select perf.record_call(''acme/new'', ''chat'', 1, %s)', c.arguments),
    '22023', c.message, c.message
)
from (
    values
        ('cached_input_tokens => -1', 'cached_input_tokens must not be negative, got -1'),
        ('cache_write_tokens => -1', 'cache_write_tokens must not be negative, got -1'),
        ('reasoning_tokens => -1', 'reasoning_tokens must not be negative, got -1'),
        (
            'input_tokens => 5, cached_input_tokens => 3, cache_write_tokens => 3',
            'cached_input_tokens and cache_write_tokens must be a part of input_tokens, got 3 and 3 of 5'
        ),
        (
            'output_tokens => 5, reasoning_tokens => 6',
            'reasoning_tokens must be a part of output_tokens, got 6 of 5'
        ),
        ('cost => -0.1', 'cost must be between 0 and 1e9, got -0.1'),
        ('cost => ''NaN''', 'cost must be between 0 and 1e9, got NaN')
) as c (arguments, message);
select is(
    (select count(*) from perf.models where name = 'acme/new'),
    0::bigint,
    'what is refused leaves nothing'
);

select perf.record_call(
    'acme/routed', 'chat', 21, provider => p.provider, input_tokens => 10, output_tokens => 7,
    cached_input_tokens => 4, cache_write_tokens => 6, reasoning_tokens => 7, cost => 0.25,
    call_timestamp => '2020-01-07 10:00+00'
)
from unnest('{acme,other,other,null}'::text[]) as p (provider);
select results_eq(
    $$ select s.labels ->> 'provider', count(*), sum(r.cost)
       from perf.performance_metrics_raw as r
       join perf_internal.call_series as s on s.series_id = r.model_tool_config_id
       where r.response_time_ms = 21
           and r.cached_input_tokens = 4
           and r.cache_write_tokens = 6
           and r.reasoning_tokens = 7
       group by 1 order by 1 $$,
    $$ values ('acme', 2::bigint, 0.5::float8), ('other', 2, 0.5) $$,
    'the provider is that of the call, and by default that of the model'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select is(
    perf.record_call('acme/one', 'chat', 11, call_timestamp => '2020-01-06'),
    true,
    'a recorder by token records'
);

select is_empty(
    'select * from perf.performance_metrics_raw',
    'and reads nothing back'
);

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select is(
    perf.record_call('acme/one', 'chat', 11, call_timestamp => '2020-01-06'),
    true,
    'an admin by token records'
);

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select throws_ok(
    $$ select perf.record_call('acme/one', 'chat', 11, call_timestamp => '2020-01-06') $$,
    '42501',
    'this needs the role recorder',
    'an analyst by token records nothing'
);

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select throws_ok(
    $$ select perf.record_call('acme/one', 'chat', 11, call_timestamp => '2020-01-06') $$,
    '42501',
    'this needs the role recorder',
    'a stranger with a token records nothing'
);

set local role perf_recorder;

select is(
    perf.record_call('acme/one', 'chat', 12, call_timestamp => '2020-01-06'),
    true,
    'perf_recorder records'
);

select throws_ok(
    $$ insert into perf.performance_metrics_raw
           (model_tool_config_id, call_timestamp, response_time_ms, success)
       values ('c0000000-0000-4000-8000-000000000001', '2020-01-06', 1, true) $$,
    '42501',
    null,
    'but only through the function'
);

set local role perf_admin;

select is(
    perf.record_call('acme/one', 'chat', 13, call_timestamp => '2020-01-06'),
    true,
    'perf_admin records'
);

set local role service_role;

select is(
    perf.record_call('acme/one', 'chat', 14, call_timestamp => '2020-01-06'),
    true,
    'service_role records'
);

set local role perf_analyst;

select throws_ok(
    $$ select perf.record_call('acme/one', 'chat', 15, call_timestamp => '2020-01-06') $$,
    '42501',
    null,
    'perf_analyst records nothing'
);

set local role anon;

select throws_ok(
    $$ select perf.record_call('acme/one', 'chat', 15, call_timestamp => '2020-01-06') $$,
    '42501',
    null,
    'anon records nothing'
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
prepare of_test (double precision, text, uuid, timestamptz) as
select perf.record_call(
    'acme/one', 'chat', $1, error_type => $2, first_token_ms => 30, call_timestamp => $4,
    call_id => $3, test_id => 'e0000000-0000-4000-8000-000000000000', unit_key => 'u1'
);
select results_eq(
    $$ execute of_test(
           2500, null, 'c1000000-0000-4000-8000-000000000000', '2020-01-06 10:00+00'
       ) $$,
    'values (true)',
    'a call of a unit of an A/B test is recorded as any other'
);
select results_eq(
    $$ execute of_test(10, 'timeout', null, '2020-01-06 10:00+00') $$,
    'values (true)',
    'and one that failed'
);
reset role;
prepare outcomes as
select s.variant, s.metric, o.value, o.earlier_count, o.created_at
from perf.ab_outcomes as o
join perf_internal.ab_series as s on s.id = o.series_id
order by 1, 2, 4;
select results_eq(
    'execute outcomes',
    $$ values
        ('a', 'first_token_ms', 30::float8, 0, timestamptz '2020-01-06 10:00+00'),
        ('a', 'slow', 1, 0, '2020-01-06 10:00+00'),
        ('a', 'success', 1, 0, '2020-01-06 10:00+00'),
        ('a', 'success', 0, 1, '2020-01-06 10:00+00') $$,
    'its outcomes are success and, if it succeeded, its times, of metrics that the test has'
);
select results_eq(
    $$ execute of_test(
           2500, null, 'c1000000-0000-4000-8000-000000000000', '2020-01-06 10:00+00'
       ) $$,
    'values (false)',
    'a retry is no new call'
);
select results_eq(
    $$ execute of_test(7, null, null, '2020-01-05 23:59:59+00') $$,
    'values (true)',
    'a call before the start of the test is recorded'
);
update perf.model_ab_tests
set test_status = 'completed', test_end = '2020-01-07 00:00+00', winner_model = 'b',
    winner_metrics = '{}';
select results_eq(
    $$ execute of_test(7, null, null, '2020-01-06 10:00+00') $$,
    'values (true)',
    'and so is one of a completed test'
);
select is(
    (select count(*) from perf.ab_outcomes),
    4::bigint,
    'these three are no outcomes'
);
select throws_ok(
    $$ select perf.record_call(
           'acme/one', 'chat', 1, test_id => 'd0000000-0000-4000-8000-000000000000',
           unit_key => 'u1'
       ) $$,
    'PT404',
    'there is no A/B test d0000000-0000-4000-8000-000000000000',
    'an unknown test is refused'
);

select * from finish();
rollback;
