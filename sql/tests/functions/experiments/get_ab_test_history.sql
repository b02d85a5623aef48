begin;
select plan(6);

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

-- 40 units of each a day: half succeed with A and all with B.
insert into perf.ab_outcomes (series_id, created_at, value)
select
    s.id,
    '2020-01-07 10:00+00'::timestamptz + d * interval '1 day',
    greatest(u % 2, (s.variant = 'b')::integer)
from perf_internal.ab_series as s
cross join generate_series(1, 40) as u
cross join generate_series(0, 1) as d
where s.metric = 'success';

select results_eq(
    $$ select h.metric, h.time_bucket::date, h.units_a, h.mean_b, h.difference,
           h.always_valid_low > 0
       from perf.get_ab_test_history('e0000000-0000-4000-8000-000000000000') as h
       where h.metric = 'success' $$,
    $$ values
        ('success', '2020-01-07'::date, 40::bigint, 1::float8, 0.5::float8, true),
        ('success', '2020-01-08', 80, 1, 0.5, true) $$,
    'has what was known at the end of each day'
);

select results_eq(
    $$ select h.always_valid_low, h.always_valid_high, h.always_valid_p_value, h.chance_to_win
       from perf.get_ab_test_history('e0000000-0000-4000-8000-000000000000', 'weekly') as h
       where h.metric = 'success' $$,
    $$ select r.always_valid_low, r.always_valid_high, r.always_valid_p_value, r.chance_to_win
       from perf.get_ab_test_results('e0000000-0000-4000-8000-000000000000') as r
       where r.metric = 'success' $$,
    'ends with the results'
);

update perf.retention set deleted_before = '2020-01-07 00:00+00'
where pipeline = 'experiments' and level = 'hourly';

select throws_ok(
    $$ select perf.get_ab_test_history('e0000000-0000-4000-8000-000000000000', 'hourly') $$,
    '22023',
    'granularity "hourly" is kept from 2020-01-07 00:00:00+00, and the test began at 2020-01-06 00:00:00+00',
    'refuses a granularity that is not kept from the start on'
);

select throws_ok(
    $$ select perf.get_ab_test_history('e0000000-0000-4000-8000-000000000000', null) $$,
    '22023',
    'granularity must not be null',
    'refuses no granularity'
);

select throws_ok(
    $$ select perf.get_ab_test_history('e0000000-0000-4000-8000-000000000001') $$,
    'PT404',
    'there is no A/B test e0000000-0000-4000-8000-000000000001',
    'refuses an unknown test'
);

set local role perf_recorder;

select throws_ok(
    $$ select perf.get_ab_test_history('e0000000-0000-4000-8000-000000000000') $$,
    '42501',
    null,
    'a recorder does not read it'
);

reset role;

select * from finish();
rollback;
