begin;
select plan(3);

insert into perf.model_ab_tests (id, test_name, model_type, model_a_version, model_b_version)
values ('e0000000-0000-4000-8000-000000000000', 'one', 'llm', 'v1', 'v2');

select is(
    (perf_internal.get_ab_test('e0000000-0000-4000-8000-000000000000')).test_name,
    'one',
    'finds a test'
);

select throws_ok(
    $$ select perf_internal.get_ab_test('e0000000-0000-4000-8000-000000000001') $$,
    'PT404',
    'there is no A/B test e0000000-0000-4000-8000-000000000001',
    'refuses an unknown id'
);

select throws_ok(
    'select perf_internal.get_ab_test(null)',
    'PT404',
    'there is no A/B test null',
    'refuses null'
);

select * from finish();
rollback;
