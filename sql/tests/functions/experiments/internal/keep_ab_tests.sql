begin;
select plan(12);

insert into perf.model_ab_tests (
    id, test_name, model_type, model_a_version, model_b_version, test_start
) values
    (
        'e0000000-0000-4000-8000-000000000000', 'one', 'llm', 'v1', 'v2', '2020-01-06 00:00+00'
    );
insert into perf.ab_test_metrics (test_id, metric, role, better, minimum_effect) values
    ('e0000000-0000-4000-8000-000000000000', 'success', 'primary', 'higher', 0.01);

select throws_ok(
    'delete from perf.model_ab_tests',
    '23001',
    'A/B tests are kept for ever: rollups belong to them',
    'a test is not deleted'
);
select throws_ok('truncate perf.model_ab_tests cascade', '23001', null, 'nor are all');
select throws_ok(
    $$ update perf.model_ab_tests set traffic_split = 0.4 $$,
    'PT409',
    'models, split and start of the A/B test "one" stay as they are',
    'a running test keeps its split'
);
select throws_ok(
    $$ update perf.model_ab_tests set model_b_version = 'v3' $$,
    'PT409',
    'models, split and start of the A/B test "one" stay as they are',
    'a running test keeps its model'
);
select throws_ok(
    $$ update perf.model_ab_tests set model_a_id = 'f0000000-0000-4000-8000-000000000000' $$,
    'PT409',
    'models, split and start of the A/B test "one" stay as they are',
    'a running test keeps its key of a model'
);
select throws_ok(
    $$ update perf.model_ab_tests set test_start = '2020-01-05' $$,
    'PT409',
    'models, split and start of the A/B test "one" stay as they are',
    'a running test keeps its start'
);
select throws_ok(
    $$ update perf.model_ab_tests set id = 'f0000000-0000-4000-8000-000000000000' $$,
    'PT409',
    'models, split and start of the A/B test "one" stay as they are',
    'a running test keeps its id'
);

select lives_ok(
    $$ update perf.model_ab_tests set test_name = 'renamed', planned_units = 7 $$,
    'its name and its plan may change'
);
select lives_ok(
    $$ update perf.model_ab_tests set test_status = 'completed', test_end = '2020-01-07 00:00+00', winner_model = 'a',
           winner_metrics = '{}', stop_reason = 'enough', stopped_by = 'ada' $$,
    'it may be completed'
);
select throws_ok(
    $$ update perf.model_ab_tests set winner_model = 'b' $$,
    'PT409',
    'the A/B test "renamed" is completed and stays as it is',
    'then its winner stays'
);
select throws_ok(
    $$ update perf.model_ab_tests set test_name = 'again' $$,
    'PT409',
    null,
    'and its name'
);
select throws_ok(
    $$ update perf.model_ab_tests set test_status = 'running', test_end = null, winner_model = null, winner_metrics = null $$,
    'PT409',
    null,
    'and it does not run again'
);

select * from finish();
rollback;
