begin;
select plan(17);

set local datestyle = 'ISO';

set local timezone = 'UTC';

insert into perf.model_ab_tests (
    id, test_name, model_type, model_a_version, model_b_version, test_start, planned_units
) values
    (
        'e0000000-0000-4000-8000-000000000000', 'one', 'llm', 'v1', 'v2', '2020-01-06 00:00+00', 200
    );
insert into perf.ab_test_metrics (test_id, metric, role, better, minimum_effect) values
    ('e0000000-0000-4000-8000-000000000000', 'success', 'primary', 'higher', 0.2),
    ('e0000000-0000-4000-8000-000000000000', 'ms', 'guardrail', 'lower', 10),
    ('e0000000-0000-4000-8000-000000000000', 'cost', 'guardrail', 'lower', 10),
    ('e0000000-0000-4000-8000-000000000000', 'tokens', 'other', 'lower', null);
insert into perf_internal.ab_series (test_id, metric, variant)
select m.test_id, m.metric, v.variant
from perf.ab_test_metrics as m
cross join (values ('a'), ('b')) as v (variant);
insert into perf.model_ab_tests (
    id, test_name, model_type, model_a_version, model_b_version, test_start
) values
    (
        'e0000000-0000-4000-8000-000000000002', 'two', 'llm', 'v1', 'v2', '2020-02-01 00:00+00'
    );

-- 40 units of each: half succeed with A and all with B.
insert into perf.ab_outcomes (series_id, created_at, value)
select s.id, '2020-01-07 10:00+00', greatest(u % 2, (s.variant = 'b')::integer)
from perf_internal.ab_series as s
cross join generate_series(1, 40) as u
where s.metric = 'success';
prepare results as
select r.* from perf.get_ab_test_results('e0000000-0000-4000-8000-000000000000') as r;
create temporary table before as
select r.* from perf.get_ab_test_results('e0000000-0000-4000-8000-000000000000') as r;

set local role perf_admin;

select results_eq(
    $$ select s.test_status, s.winner_model, s.test_end, left(s.stop_reason, 23),
           s.stopped_by = session_user,
           jsonb_array_length(s.winner_metrics)
       from perf.stop_ab_test(
           'e0000000-0000-4000-8000-000000000000', stopped_at => '2020-01-08 00:00+00'
       ) as s $$,
    $$ values
        (
            'completed', 'b', '2020-01-08 00:00+00'::timestamptz, 'B is better in success:',
            true, 4
        ) $$,
    'takes the winner and the reason of the recommendation'
);

reset role;

select results_eq('results', 'table before', 'the results stay what they were');

select is(
    r.confidence_level,
    0.95::float8,
    'whatever confidence is asked for, and they say so'
)
from perf.get_ab_test_results('e0000000-0000-4000-8000-000000000000', 0.999) as r
where r.role = 'primary';

-- Nothing records outcomes of a completed test; the owner can.
insert into perf.ab_outcomes (series_id, created_at, value)
select s.id, '2020-01-09 10:00+00', 0
from perf_internal.ab_series as s
cross join generate_series(1, 40) as u
where s.metric = 'success';

select results_eq('results', 'table before', 'they stay when outcomes come later');

select results_eq(
    $$ select s.winner_model, s.test_end, s.stop_reason like 'B is better%'
       from perf.stop_ab_test('e0000000-0000-4000-8000-000000000000', 'again', 'b') as s $$,
    $$ values ('b', '2020-01-08 00:00+00'::timestamptz, true) $$,
    'a second call returns the test as it is'
);

select throws_ok(
    $$ select perf.stop_ab_test('e0000000-0000-4000-8000-000000000000', winner => 'a') $$,
    'PT409',
    'the A/B test "one" is over and its winner is b, got a',
    'another winner comes too late'
);

select results_eq(
    $$ select s.winner_model, s.stop_reason, s.test_end, s.winner_metrics
       from perf.stop_ab_test(
           'e0000000-0000-4000-8000-000000000002', 'not needed', stopped_at => '2020-01-08 00:00+00'
       ) as s $$,
    $$ values ('none', 'not needed', '2020-02-01 00:00+00'::timestamptz, '[]'::jsonb) $$,
    'a test that has not begun ends at its start, without a winner'
);

insert into perf.model_ab_tests (
    id, test_name, model_type, model_a_version, model_b_version, test_start
) values
    (
        'e0000000-0000-4000-8000-000000000003', 'three', 'llm', 'v1', 'v2', '2020-01-06 00:00+00'
    ),
    (
        'e0000000-0000-4000-8000-000000000004', 'four', 'llm', 'v1', 'v2', '2020-02-01 00:00+00'
    );
insert into perf.ab_test_metrics (test_id, metric, role, better, minimum_effect) values
    ('e0000000-0000-4000-8000-000000000003', 'success', 'primary', 'higher', 0.2);
insert into perf_internal.ab_series (test_id, metric, variant) values
    ('e0000000-0000-4000-8000-000000000003', 'success', 'a'),
    ('e0000000-0000-4000-8000-000000000003', 'success', 'b');
insert into perf.ab_outcomes (series_id, created_at, value)
select s.id, '2020-01-07 10:00+00', greatest(u % 2, (s.variant = 'a')::integer)
from perf_internal.ab_series as s
cross join generate_series(1, 40) as u
where s.test_id = 'e0000000-0000-4000-8000-000000000003';

select results_eq(
    $$ select s.winner_model, left(s.stop_reason, 68)
       from perf.stop_ab_test('e0000000-0000-4000-8000-000000000003', winner => 'b') as s $$,
    $$ values ('b', 'Chosen by hand: b. Recommended was ship_a: A is better in success: -') $$,
    'another winner than recommended is said to be chosen by hand'
);

select results_eq(
    $$ select s.winner_model, s.stop_reason
       from perf.stop_ab_test('e0000000-0000-4000-8000-000000000004', winner => 'a') as s $$,
    $$ values ('a', 'Chosen by hand: a.') $$,
    'so it is where nothing is recommended'
);

select throws_ok(
    format(
        'select perf.stop_ab_test(%L, %s)', 'e0000000-0000-4000-8000-000000000000', v.arguments
    ),
    '22023',
    v.message,
    v.message
)
from (
    values
        ('winner => $$c$$', 'winner must be a, b, none or null, got "c"'),
        ('repeat($$x$$, 2001)', 'reason must have at most 2000 characters, got 2001'),
        ('stopped_at => null', 'stopped_at must be a time, got null'),
        ('stopped_at => $$infinity$$', 'stopped_at must be a time, got infinity')
) as v (arguments, message);

select throws_ok(
    $$ select perf.stop_ab_test('e0000000-0000-4000-8000-000000000001') $$,
    'PT404',
    'there is no A/B test e0000000-0000-4000-8000-000000000001',
    'refuses an unknown test'
);

select throws_ok(
    'select perf.stop_ab_test(null)',
    'PT404',
    'there is no A/B test null',
    'refuses null'
);

set local role perf_analyst;

select throws_ok(
    $$ select perf.stop_ab_test('e0000000-0000-4000-8000-000000000000') $$,
    '42501',
    null,
    'an analyst stops none'
);

reset role;

select ok(
    has_function_privilege(
        'perf_admin', 'perf.stop_ab_test(uuid, text, text, timestamptz)', 'execute'
    )
    and not has_function_privilege(
        'perf_recorder', 'perf.stop_ab_test(uuid, text, text, timestamptz)', 'execute'
    ),
    'only admins may call it'
);

select * from finish();
rollback;
