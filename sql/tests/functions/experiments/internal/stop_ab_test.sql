begin;
select plan(2);

insert into perf.model_ab_tests (
    id, test_name, model_type, model_a_version, model_b_version, test_start
) values
    (
        'e0000000-0000-4000-8000-000000000000', 'one', 'llm', 'v1', 'v2', '2020-01-06 00:00+00'
    );

set local role perf_analyst;

select throws_ok(
    $$ select perf_internal.stop_ab_test(
           'e0000000-0000-4000-8000-000000000000', null, null, '2020-01-08 00:00+00'
       ) $$,
    '42501',
    null,
    'an analyst stops none'
);

set local role perf_admin;

select is(
    (
        perf_internal.stop_ab_test(
            'e0000000-0000-4000-8000-000000000000', null, 'a', '2020-01-08 00:00+00'
        )
    ).winner_model,
    'a',
    'an admin does'
);

reset role;

select * from finish();
rollback;
