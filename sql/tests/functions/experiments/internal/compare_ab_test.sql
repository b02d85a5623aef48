begin;
select plan(3);

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

-- One unit each hour: A has 1, 2, 6 and B 3, 3, 9 ms, with an hour of B alone before.
insert into perf.ab_outcomes (series_id, created_at, value)
select s.id, '2020-01-06 10:00+00'::timestamptz + v.hour * interval '1 hour', v.value
from (
    values
        ('b', 0, 3), ('a', 1, 1), ('a', 2, 2), ('b', 2, 3), ('a', 3, 6), ('b', 3, 9)
) as v (variant, hour, value)
join perf_internal.ab_series as s on s.metric = 'ms' and s.variant = v.variant;

select results_eq(
    $$ select c.time_bucket::time, c.units_a, c.units_b, c.mean_a, c.mean_b, c.difference, c.method
       from perf_internal.compare_ab_test(
           'e0000000-0000-4000-8000-000000000000', 0.95, 'hourly'
       ) as c
       where c.metric = 'ms' $$,
    $$ values
        ('10:00'::time, 0::bigint, 1::bigint, null::float8, 3::float8, null::float8, null),
        ('11:00', 1, 1, 1, 3, 2, 'welch_t'),
        ('12:00', 2, 2, 1.5, 3, 1.5, 'welch_t'),
        ('13:00', 3, 3, 3, 5, 2, 'welch_t') $$,
    'by hour has all outcomes up to its end'
);

select results_eq(
    $$ select c.low, c.high, c.p_value
       from perf_internal.compare_ab_test(
           'e0000000-0000-4000-8000-000000000000', 0.95, 'hourly'
       ) as c
       where c.metric = 'ms' and c.time_bucket = '2020-01-06 13:00+00' $$,
    $$ select c.low, c.high, c.p_value
       from perf_internal.compare_ab_test('e0000000-0000-4000-8000-000000000000', 0.95) as c
       where c.metric = 'ms' $$,
    'its last hour is the whole test'
);

-- 40 of each, a day apart: 1e8 and 1e8 + 1 in A, and always 0.1 in B, which does not add up to 4.
insert into perf.ab_outcomes (series_id, created_at, value)
select
    s.id,
    '2020-01-07 10:00+00'::timestamptz + u % 2 * interval '1 day',
    case s.variant when 'a' then 1e8 + u / 2 % 2 else 0.1 end
from perf_internal.ab_series as s
cross join generate_series(1, 40) as u
where s.metric = 'cost';

select results_eq(
    $$ select c.mean_a, c.mean_b, c.p_value, c.always_valid_low, c.chance_to_win
       from unnest(array[null, 'weekly']) as g (granularity)
       cross join lateral perf_internal.compare_ab_test(
           'e0000000-0000-4000-8000-000000000000', 0.95, g.granularity
       ) as c
       where c.metric = 'cost' $$,
    $$ select 100000000.5::float8, 0.1::float8, null::float8, null::float8, null::float8
       from generate_series(1, 2) $$,
    'nothing but the means is known where values vary too little beside their size'
);

select * from finish();
rollback;
