begin;
select plan(3);

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
    'delete from perf_internal.ab_series',
    '23001',
    'ab_series rows are kept for ever: outcomes of A/B tests refer to them',
    'a series is not deleted'
);
select throws_ok('truncate perf_internal.ab_series', '23001', null, 'nor are all');
select throws_ok(
    $$ update perf_internal.ab_series set variant = 'a' where variant = 'b' $$,
    '23001',
    null,
    'nor does one become another'
);

select * from finish();
rollback;
