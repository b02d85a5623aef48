begin;
select plan(32);

set local datestyle = 'ISO';

set local timezone = 'UTC';

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');
-- Half of the units get B. In this test u1 to u3 get a, b and b, see get_ab_variant().
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
    ('e0000000-0000-4000-8000-000000000000', 'ms', 'other', 'lower', null, null, null),
    ('e0000000-0000-4000-8000-000000000000', 'slow', 'other', 'lower', null, 'ms', 2000),
    ('e0000000-0000-4000-8000-000000000000', 'costly', 'other', 'lower', null, 'cost', 0);
insert into perf_internal.ab_series (test_id, metric, variant)
select m.test_id, m.metric, v.variant
from perf.ab_test_metrics as m
cross join (values ('a'), ('b')) as v (variant);

prepare record (text, jsonb, text) as
select perf.record_ab_outcome(
    'e0000000-0000-4000-8000-000000000000', $1, $2, $3, '2020-01-06 10:00+00'
);
-- What is stored of a unit: its variant, metric, value, and what it had before.
prepare stored (bigint) as
select s.variant, s.metric, o.value, o.earlier_count, o.earlier_sum
from perf.ab_outcomes as o
join perf_internal.ab_series as s on s.id = o.series_id
where o.id > (select max(r.id) - $1 from perf.ab_outcomes as r)
order by 2, 4;

select results_eq(
    $$ execute record('u1', '{"success": true, "ms": 2000}', null) $$,
    'values (true)',
    'an outcome is new'
);
select results_eq(
    'execute stored(3)',
    $$ values
        ('a', 'ms', 2000::float8, 0, 0::float8),
        ('a', 'slow', 0, 0, 0),
        ('a', 'success', 1, 0, 0) $$,
    'true is 1, and a limit that is met is not above it'
);
select results_eq(
    $$ execute record('u1', '{"success": false, "ms": 5}', null) $$,
    'values (false)',
    'without an id a unit has one outcome of a metric: a second is a retry, whatever it says'
);
select results_eq(
    $$ execute record('u1', '{"success": true, "cost": 0.5}', null) $$,
    'values (true)',
    'a metric that the unit has no outcome of is new'
);
select results_eq(
    'execute stored(1)',
    $$ values ('a', 'costly', 1::float8, 0, 0::float8) $$,
    'the outcome that a share is made of need not be a metric; above the limit is 1'
);
select results_eq(
    $$ execute record('u2', '{"ms": 2001}', 'c1') $$,
    'values (true)',
    'an outcome with an id is new'
);
select results_eq(
    $$ execute record('u2', '{"ms": 10, "success": false}', 'c2') $$,
    'values (true)',
    'and so is the next with another id'
);
select results_eq(
    'execute stored(3)',
    $$ values
        ('b', 'ms', 10::float8, 1, 2001::float8),
        ('b', 'slow', 0, 1, 1),
        ('b', 'success', 0, 0, 0) $$,
    'it knows count and sum of those before it; false is 0'
);
select results_eq(
    $$ execute record('u2', '{"ms": 99, "success": false}', 'c2') $$,
    'values (false)',
    'the same id again is a retry'
);
select results_eq(
    $$ execute record('u3', '{"ms": 99}', 'c2') $$,
    'values (false)',
    'also of another unit of the variant'
);
select results_eq(
    $$ execute record('u2', '{"ms": 7}', null) $$,
    'values (false)',
    'without an id nothing counts beside those with one'
);
select results_eq(
    $$ execute record('u1', '{"ms": 500}', 'c9') $$,
    'values (true)',
    'an id counts beside the one without'
);
select results_eq(
    'execute stored(2)',
    $$ values ('a', 'ms', 500::float8, 1, 2000::float8), ('a', 'slow', 0, 1, 0) $$,
    'and knows it'
);
select results_eq(
    $$ execute record('u3', '{"success": null}', null) $$, 'values (false)', 'null is no outcome'
);
select results_eq(
    $$ select count(*), sum(u.outcome_count)::bigint, sum(u.outcome_sum) filter (where s.metric = 'ms')
       from perf_internal.ab_units as u
       join perf_internal.ab_series as s on s.id = u.series_id $$,
    'values (7::bigint, 11::bigint, 4511::float8)',
    'count and sum of each unit and metric are kept'
);

select throws_ok(
    $$ execute record('u1', '{"successes": true}', null) $$,
    '22023',
    'the A/B test "one" records no metric "successes"',
    'an unknown metric is refused'
);
select throws_ok(
    $$ execute record('u1', '{"slow": 1}', null) $$,
    '22023',
    'the A/B test "one" records no metric "slow"',
    'a share is not recorded by itself'
);
select throws_ok(
    $$ execute record('u1', '{"ms": "7"}', null) $$,
    '22023',
    E'the outcome "ms" must be true, false, null, 0, or a number between 1e-100 and 1e15 of any sign, got "7"',
    'a text is no outcome'
);
select throws_ok(
    $$ execute record('u1', '{"ms": 1e16}', null) $$,
    '22023',
    null,
    'nor is a number that is too large'
);
select throws_ok(
    $$ execute record('u1', '{}', null) $$,
    '22023',
    'outcomes must be a JSON object such as {"success": true}, got "{}"',
    'nor nothing'
);
select throws_ok(
    $$ execute record(' u1', '{"ms": 1}', null) $$,
    '22023',
    'unit_key must have no spaces around it, got " u1"',
    'a unit_key is taken as it is, so spaces are refused'
);
select throws_ok(
    $$ execute record('u1', '{"ms": 1}', '') $$,
    '22023',
    'outcome_id must have 1 to 200 characters, got ""',
    'an outcome_id is not empty'
);
select throws_ok(
    $$ select perf.record_ab_outcome('d0000000-0000-4000-8000-000000000000', 'u1', '{"ms": 1}') $$,
    'PT404',
    'there is no A/B test d0000000-0000-4000-8000-000000000000',
    'an unknown test is refused'
);
select throws_ok(
    $$ select perf.record_ab_outcome(null, 'u1', '{"ms": 1}') $$,
    '22023',
    'test_id must not be null',
    'and none'
);
select throws_ok(
    $$ select perf.record_ab_outcome(
           'e0000000-0000-4000-8000-000000000000', 'u1', '{"ms": 1}', null,
           '2020-01-05 23:59:59+00'
       ) $$,
    '22023',
    'observed_at must not be before the test starts, at 2020-01-06 00:00:00+00, got 2020-01-05 23:59:59+00',
    'what was before the test is none of its outcomes'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select results_eq(
    $$ execute record('u4', '{"ms": 1}', null) $$, 'values (true)', 'a recorder by token may'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ execute record('u4', '{"ms": 1}', null) $$,
    '42501',
    'this needs the role recorder',
    'an analyst may not'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ execute record('u4', '{"ms": 1}', null) $$,
    '42501',
    null,
    'a stranger may not'
);
set local role perf_recorder;
select results_eq(
    $$ execute record('u5', '{"ms": 1}', null) $$, 'values (true)', 'perf_recorder may'
);
set local role anon;
select throws_ok($$ execute record('u4', '{"ms": 1}', null) $$, '42501', null, 'anon may not');

reset role;
update perf.model_ab_tests
set test_status = 'completed', test_end = '2020-01-07 00:00+00', winner_model = 'a', winner_metrics = '{}';
select throws_ok(
    $$ execute record('u1', '{"ms": 1}', 'c10') $$,
    'PT409',
    'the A/B test "one" is completed and takes no more outcomes',
    'a completed test takes no more'
);
select throws_ok(
    $$ execute record('u1', '{"success": true}', null) $$, 'PT409', null, 'and no retry'
);

select * from finish();
rollback;
