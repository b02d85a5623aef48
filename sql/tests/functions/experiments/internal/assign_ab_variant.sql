begin;
select plan(2);

-- The tests of perf.assign_ab_variant() have the rest.
insert into perf.model_ab_tests (
    id, test_name, model_type, model_a_version, model_b_version, test_start
) values
    (
        'e0000000-0000-4000-8000-000000000000', 'one', 'llm', 'v1', 'v2', '2020-01-06 00:00+00'
    );
insert into perf.ab_test_metrics (test_id, metric, role, better, minimum_effect) values
    ('e0000000-0000-4000-8000-000000000000', 'success', 'primary', 'higher', 0.01);

select is(
    (
        select a.model_version
        from perf_internal.assign_ab_variant('e0000000-0000-4000-8000-000000000000', 'u2') as a
    ),
    'v2',
    'gives variant and model'
);
set local role anon;
select throws_ok(
    $$ select perf_internal.assign_ab_variant('e0000000-0000-4000-8000-000000000000', 'u1') $$,
    '42501',
    null,
    'anon is refused here too'
);

select * from finish();
rollback;
