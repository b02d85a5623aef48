begin;
select plan(16);

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
insert into perf.ab_test_metrics (
    test_id, metric, role, better, minimum_effect, source_metric, above
) values
    ('e0000000-0000-4000-8000-000000000000', 'cost', 'other', 'lower', null, null, null),
    ('e0000000-0000-4000-8000-000000000000', 'slow', 'guardrail', 'lower', 0.02, 'ms', 2000);
insert into perf.model_ab_tests (
    test_name, model_type, machine_id, model_a_version, model_b_version, test_start, test_status,
    test_end, winner_model, winner_metrics, stop_reason
) values
    (
        'older', 'llm', 'f0000000-0000-4000-8000-000000000000', 'v0', 'v1',
        '2020-01-01 00:00+00', 'completed', '2020-01-05 00:00+00', 'b', '{}', 'enough'
    ),
    (
        'newer', 'sdxl', null, 'v0', 'v1', '2020-02-01 00:00+00', 'completed',
        '2020-02-05 00:00+00', 'none', '{}', null
    );

select results_eq(
    $$ select t.test_name, t.test_status, t.model_a_version, t.primary_metric, t.better,
           t.minimum_effect, t.traffic_split, t.test_end, t.winner_model, t.stop_reason
       from perf.get_ab_tests() as t $$,
    $$ values
        (
            'one', 'running', 'v1', 'success', 'higher', 0.01::float8, 0.5::float8,
            null::timestamptz, null, null
        ),
        (
            'newer', 'completed', 'v0', null, null, null, 0.5, '2020-02-05 00:00+00', 'none', null
        ),
        (
            'older', 'completed', 'v0', null, null, null, 0.5, '2020-01-05 00:00+00', 'b', 'enough'
        ) $$,
    'those that run come first, then the others, the latest start first'
);
select is(
    (select t.metrics from perf.get_ab_tests(true) as t),
    '[{"metric": "success", "role": "primary", "better": "higher", "minimum_effect": 0.01},
      {"metric": "slow", "role": "guardrail", "better": "lower", "minimum_effect": 0.02,
       "source_metric": "ms", "above": 2000},
      {"metric": "cost", "role": "other", "better": "lower"}]',
    'metrics are as they were given: primary, guardrails, others'
);
select results_eq(
    $$ select t.test_name from perf.get_ab_tests(model_type => 'llm') as t $$,
    $$ values ('one'), ('older') $$,
    'of a model type'
);
select results_eq(
    $$ select t.test_name
       from perf.get_ab_tests(machine_id => 'f0000000-0000-4000-8000-000000000000') as t $$,
    $$ values ('older') $$,
    'of a machine'
);
select results_eq(
    $$ select t.test_name from perf.get_ab_tests(max_rows => 1) as t $$,
    $$ values ('one') $$,
    'or the first'
);
select is_empty(
    $$ select from perf.get_ab_tests(model_type => 'none') $$, 'of an unknown type there are none'
);
select results_eq(
    $$ select t.test_name from perf.get_ab_tests(false) as t $$,
    $$ values ('newer'), ('older') $$,
    'or those that are over'
);
select throws_ok(
    'select perf.get_ab_tests(max_rows => 0)',
    '22023',
    'max_rows must be between 1 and 100000, got 0',
    'no rows are refused'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select lives_ok(
    $$ select perf.get_ab_tests() $$, 'an admin by token may ask'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select lives_ok(
    $$ select perf.get_ab_tests() $$, 'an analyst by token may ask'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.get_ab_tests() $$, '42501', null, 'a recorder by token does not'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.get_ab_tests() $$, '42501', null, 'nor does a stranger with a token'
);
set local request.jwt.claims = '';
set local role perf_admin;
select lives_ok(
    $$ select perf.get_ab_tests() $$, 'perf_admin may ask'
);
set local role perf_analyst;
select lives_ok(
    $$ select perf.get_ab_tests() $$, 'perf_analyst may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select perf.get_ab_tests() $$, '42501', null, 'perf_recorder does not'
);
set local role anon;
select throws_ok(
    $$ select perf.get_ab_tests() $$, '42501', null, 'nor does anon'
);

select * from finish();
rollback;
