begin;
select plan(10);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');
insert into perf.model_ab_tests (
    id, test_name, model_type, model_a_version, model_b_version, test_start
) values
    (
        'e0000000-0000-4000-8000-000000000000', 'one', 'llm', 'v1', 'v2', '2020-01-06 00:00+00'
    );
insert into perf.ab_test_metrics (test_id, metric, role, better, minimum_effect) values
    ('e0000000-0000-4000-8000-000000000000', 'success', 'primary', 'higher', 0.01);
insert into perf.ab_test_metrics (test_id, metric, role, better) values
    ('e0000000-0000-4000-8000-000000000000', 'cost', 'other', 'lower');
insert into perf.model_ab_tests (
    test_name, model_type, model_a_version, model_b_version, test_start, test_status, test_end,
    winner_model, winner_metrics
) values
    (
        'over', 'llm', 'v0', 'v1', '2020-01-01 00:00+00', 'completed', '2020-01-05 00:00+00', 'b',
        '{}'
    );

select results_eq(
    $$ select v.id, v.test_name, v.model_type, v.model_a_version, v.model_b_version, v.test_start,
           v.age, v.traffic_split, v.planned_units, v.primary_metric, v.better, v.minimum_effect
       from perf.v_active_ab_tests as v $$,
    $$ values (
        'e0000000-0000-4000-8000-000000000000'::uuid, 'one', 'llm', 'v1', 'v2',
        timestamptz '2020-01-06 00:00+00', now() - '2020-01-06 00:00+00', 0.5::float8,
        null::bigint, 'success', 'higher', 0.01::float8
    ) $$,
    'one row a test that runs, with the metric that decides it'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.v_active_ab_tests), 1::bigint, 'an admin by token reads the tests'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.v_active_ab_tests), 1::bigint, 'an analyst by token reads the tests'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.v_active_ab_tests), 0::bigint, 'a recorder by token reads nothing'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.v_active_ab_tests), 0::bigint, 'a stranger by token reads nothing'
);
set local request.jwt.claims = '';
set local role perf_admin;
select is(
    (select count(*) from perf.v_active_ab_tests), 1::bigint, 'perf_admin reads the tests'
);
set local role service_role;
select is(
    (select count(*) from perf.v_active_ab_tests), 1::bigint, 'service_role reads the tests'
);
set local role perf_analyst;
select is(
    (select count(*) from perf.v_active_ab_tests), 1::bigint, 'perf_analyst reads the tests'
);
set local role perf_recorder;
select throws_ok(
    'select * from perf.v_active_ab_tests', '42501', null, 'perf_recorder reads nothing'
);
set local role anon;
select throws_ok(
    'select * from perf.v_active_ab_tests', '42501', null, 'anon reads nothing'
);

select * from finish();
rollback;
