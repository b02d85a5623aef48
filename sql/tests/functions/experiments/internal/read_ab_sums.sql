begin;
select plan(5);

set local datestyle = 'ISO';

set local timezone = 'UTC';

insert into perf.model_ab_tests (
    id, test_name, model_type, model_a_version, model_b_version, test_start
) values
    (
        'e0000000-0000-4000-8000-000000000000', 'one', 'llm', 'v1', 'v2', '2020-01-06 00:00+00'
    );
insert into perf.ab_test_metrics (test_id, metric, role, better, minimum_effect) values
    ('e0000000-0000-4000-8000-000000000000', 'success', 'primary', 'higher', 0.01),
    ('e0000000-0000-4000-8000-000000000000', 'ms', 'other', 'lower', null);
insert into perf_internal.ab_series (test_id, metric, variant)
select m.test_id, m.metric, v.variant
from perf.ab_test_metrics as m
cross join (values ('a'), ('b')) as v (variant);

select is_empty(
    $$ select from perf_internal.read_ab_sums('e0000000-0000-4000-8000-000000000000') $$,
    'has no row without outcomes'
);

-- u1 gets A, and has 1, 4 and 7: three pairs, of 1 + 4, 1 + 7 and 4 + 7. u2 and u3 get B.
select perf.record_ab_outcome(
    'e0000000-0000-4000-8000-000000000000', v.unit_key,
    jsonb_build_object('ms', v.value), v.id, '2020-01-06 10:30+00'::timestamptz + v.later
)
from (
    values
        ('u1', 1, 'x', interval '0'), ('u1', 4, 'y', interval '1 hour'),
        ('u1', 7, 'z', interval '1 hour'), ('u2', 2, null, interval '0'),
        ('u3', 4, null, interval '1 hour')
) as v (unit_key, value, id, later);

select results_eq(
    $$ select
           s.metric, s.variant, s.unit_count, s.outcome_count, s.mean, s.m2, s.pair_count,
           s.pair_sum, s.pair_product, s.minimum, s.maximum, s.time_bucket
       from perf_internal.read_ab_sums('e0000000-0000-4000-8000-000000000000') as s
       order by 2 $$,
    $$ values
        (
            'ms', 'a', 1::bigint, 3::bigint, 4::float8, 18::float8, 3::float8,
            24::float8, 39::float8, 1::float8, 7::float8, null::timestamptz
        ),
        ('ms', 'b', 2, 2, 3, 2, 0, 0, 0, 2, 4, null) $$,
    'has the sums of outcomes and of their pairs'
);

select results_eq(
    $$ select perf_internal.get_sketch_percentiles(s.sketch, 2, '{0,1}', s.minimum, s.maximum)
       from perf_internal.read_ab_sums('e0000000-0000-4000-8000-000000000000') as s
       where s.variant = 'b' $$,
    $$ values ('{2,4}'::float8[]) $$,
    'has the sketch'
);

select results_eq(
    $$ select s.variant, s.time_bucket, s.unit_count, s.outcome_count, s.mean, s.pair_count
       from perf_internal.read_ab_sums('e0000000-0000-4000-8000-000000000000', 'hourly') as s
       order by 1, 2 $$,
    $$ values
        ('a', '2020-01-06 10:00+00'::timestamptz, 1::bigint, 1::bigint, 1::float8, 0::float8),
        ('a', '2020-01-06 11:00+00', 0, 2, 5.5, 3),
        ('b', '2020-01-06 10:00+00', 1, 1, 2, 0),
        ('b', '2020-01-06 11:00+00', 1, 1, 4, 0) $$,
    'by hour has a unit in the hour of its first outcome'
);

select is_empty(
    $$ select from perf_internal.read_ab_sums('e0000000-0000-4000-8000-000000000001') $$,
    'has no row of an unknown test'
);

select * from finish();
rollback;
