begin;
select plan(13);

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
insert into perf.model_ab_tests (
    id, test_name, model_type, model_a_version, model_b_version, test_start
) values
    (
        'e1000000-0000-4000-8000-000000000000', 'two', 'llm', 'v1', 'v2', '2020-01-06 00:00+00'
    );
insert into perf.ab_test_metrics (test_id, metric, role, better, minimum_effect) values
    ('e1000000-0000-4000-8000-000000000000', 'success', 'primary', 'higher', 0.01);
insert into perf_internal.ab_series (test_id, metric, variant)
select m.test_id, m.metric, v.variant
from perf.ab_test_metrics as m
cross join (values ('a'), ('b')) as v (variant);

create temporary table recorded as
select perf.record_ab_outcome(t.id, 'u1', '{"success": 1}', i.id, '2020-01-06 10:00+00')
from perf.model_ab_tests as t
cross join (values ('c1'), ('c2')) as i (id);

select is(perf_internal.delete_ab_units(), 0::bigint, 'running tests remember their units');
update perf.model_ab_tests
set test_status = 'completed', test_end = '2020-01-07 00:00+00', winner_model = 'a',
    winner_metrics = '{}'
where test_name = 'one';
select is(
    perf_internal.delete_ab_units(),
    3::bigint,
    'of a completed test its unit and two ids go'
);
select is(
    (select count(*) from perf_internal.ab_units) + (select count(*) from perf_internal.ab_outcome_ids),
    3::bigint,
    'those of the other stay'
);
select is((select count(*) from perf.ab_outcomes), 4::bigint, 'and so do all outcomes');
select is(perf_internal.delete_ab_units(), 0::bigint, 'a second run finds nothing');

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select lives_ok(
    $$ select perf_internal.delete_ab_units() $$, 'an admin by token may'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf_internal.delete_ab_units() $$, '42501', null, 'an analyst by token does not'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf_internal.delete_ab_units() $$, '42501', null, 'a recorder by token does not'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf_internal.delete_ab_units() $$, '42501', null, 'nor does a stranger with a token'
);
set local request.jwt.claims = '';
set local role perf_admin;
select lives_ok(
    $$ select perf_internal.delete_ab_units() $$, 'perf_admin may'
);
set local role perf_analyst;
select throws_ok(
    $$ select perf_internal.delete_ab_units() $$, '42501', null, 'perf_analyst does not'
);
set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.delete_ab_units() $$, '42501', null, 'perf_recorder does not'
);
set local role anon;
select throws_ok(
    $$ select perf_internal.delete_ab_units() $$, '42501', null, 'nor does anon'
);

select * from finish();
rollback;
