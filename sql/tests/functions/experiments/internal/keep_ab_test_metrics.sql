begin;
select plan(4);

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

select throws_ok(
    $$ update perf.ab_test_metrics set better = 'lower' $$,
    '23001',
    'metrics of A/B tests stay as they are',
    'a metric does not change'
);
select throws_ok('delete from perf.ab_test_metrics', '23001', null, 'and is not deleted');
select throws_ok('truncate perf.ab_test_metrics cascade', '23001', null, 'nor are all');
select throws_ok(
    $$ insert into perf.ab_test_metrics (test_id, metric, role, better)
       values ('e0000000-0000-4000-8000-000000000000', 'late', 'other', 'lower') $$,
    'PT409',
    'the A/B test e0000000-0000-4000-8000-000000000000 has all its metrics',
    'none comes later'
);

select * from finish();
rollback;
