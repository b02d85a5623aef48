begin;
select plan(4);

select results_eq(
    $$ select p.raw_table, p.series_column, p.time_column, p.series_view, p.failed_when,
           p.partition_width
       from perf_internal.pipelines as p
       where p.pipeline = 'experiments' $$,
    $$ values (
        'perf.ab_outcomes', 'series_id', 'created_at', 'perf_internal.ab_test_series', null::text,
        interval '1 day'
    ) $$,
    'outcomes are a pipeline, with a partition a day'
);
select results_eq(
    $$ select t.level, t.keep
       from perf.retention as t
       where t.pipeline = 'experiments'
       order by t.keep, t.level desc $$,
    $$ values
        ('raw', interval '7 days'),
        ('hourly', interval '90 days'),
        ('daily', interval '2 years'),
        ('weekly', null) $$,
    'each outcome is kept 7 days, hours 90 days, days 2 years and weeks for ever'
);
select results_eq(
    $$ select m.metric, m.unit, m.better, m.kind, m.is_sketched
       from perf.metrics as m
       where m.pipeline = 'experiments'
       order by 1 $$,
    $$ values
        ('ab_outcome', 'outcome', null, 'measured', true),
        ('ab_pair_count', 'pairs', null, 'measured', false),
        ('ab_pair_product', 'outcome', null, 'measured', false),
        ('ab_pair_sum', 'outcome', null, 'measured', false),
        ('ab_unit', 'units', null, 'measured', false) $$,
    'what is measured are outcomes, units, and pairs of outcomes of a unit; percentiles only of outcomes'
);

insert into perf.model_ab_tests (
    id, test_name, model_type, model_a_version, model_b_version, test_start
) values
    (
        'e0000000-0000-4000-8000-000000000000', 'one', 'llm', 'v1', 'v2', '2020-01-06 00:00+00'
    );
insert into perf.ab_test_metrics (test_id, metric, role, better, minimum_effect) values
    ('e0000000-0000-4000-8000-000000000000', 'success', 'primary', 'higher', 0.01);
insert into perf_internal.ab_series (test_id, metric, variant)
select m.test_id, m.metric, v.variant
from perf.ab_test_metrics as m
cross join (values ('a'), ('b')) as v (variant);
-- u1 has 2 and 3 and 5, u2 has -1, both of variant a. Pairs of u1: (2, 3), (2, 5), (3, 5).
insert into perf.ab_outcomes (series_id, created_at, value, earlier_sum, earlier_count)
select s.id, '2020-01-06 10:00+00', o.value, o.earlier_sum, o.earlier_count
from perf_internal.ab_series as s
cross join (values (2, 0, 0), (3, 2, 1), (5, 5, 2), (-1, 0, 0)) as o (value, earlier_sum, earlier_count)
where s.variant = 'a';
select results_eq(
    $$ select m.metric, q.count, q.total
       from perf.metrics as m
       cross join lateral perf.query_metrics(
           m.metric, '2020-01-06 00:00+00', '2020-01-07 00:00+00'
       ) as q
       where m.pipeline = 'experiments'
       order by 1 $$,
    $$ values
        ('ab_outcome', 4::bigint, 9::float8),
        ('ab_pair_count', 2, 3),
        ('ab_pair_product', 2, 2 * 3 + 2 * 5 + 3 * 5),
        ('ab_pair_sum', 2, 2 + 3 + 2 + 5 + 3 + 5),
        ('ab_unit', 2, 2) $$,
    'totals are the number, the sum and the product of the pairs of a unit'
);

select * from finish();
rollback;
