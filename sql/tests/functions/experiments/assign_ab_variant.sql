begin;
select plan(17);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

insert into perf.model_ab_tests (
    id, test_name, model_type, model_a_version, model_a_id, model_b_version, model_b_id, test_start
) values
    (
        'e0000000-0000-4000-8000-000000000000', 'one', 'llm', 'v1',
        'a1000000-0000-4000-8000-000000000000', 'v2', 'b1000000-0000-4000-8000-000000000000',
        '2020-01-06 00:00+00'
    );

-- See get_ab_variant() for the shares of u1 and u2.
select results_eq(
    $$ select * from perf.assign_ab_variant('e0000000-0000-4000-8000-000000000000', 'u1') $$,
    $$ values ('a', 'a1000000-0000-4000-8000-000000000000'::uuid, 'v1') $$,
    'u1 gets model A'
);
select results_eq(
    $$ select * from perf.assign_ab_variant('e0000000-0000-4000-8000-000000000000', 'u2') $$,
    $$ values ('b', 'b1000000-0000-4000-8000-000000000000'::uuid, 'v2') $$,
    'u2 gets model B'
);
select is(
    (select count(*) from perf_internal.ab_units) + (select count(*) from perf.ab_outcomes),
    0::bigint,
    'nothing is written'
);
select throws_ok(
    $$ select perf.assign_ab_variant('d0000000-0000-4000-8000-000000000000', 'u1') $$,
    'PT404',
    'there is no A/B test d0000000-0000-4000-8000-000000000000',
    'an unknown test is refused'
);
select throws_ok(
    $$ select perf.assign_ab_variant(null, 'u1') $$,
    'PT404',
    'there is no A/B test null',
    'and none'
);
select throws_ok(
    $$ select perf.assign_ab_variant('e0000000-0000-4000-8000-000000000000', ' u1') $$,
    '22023',
    'unit_key must have no spaces around it, got " u1"',
    'and a bad unit_key'
);
insert into perf.model_ab_tests (
    id, test_name, model_type, model_a_version, model_b_version, test_start, traffic_split
) values
    (
        'e1000000-0000-4000-8000-000000000000', 'later', 'llm', 'v1', 'v2',
        now() + interval '1 day', 1 - 1e-10
    );
select is(
    (select a.variant from perf.assign_ab_variant('e1000000-0000-4000-8000-000000000000', 'u1') as a),
    'a',
    'before the start of a test units keep model A'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select lives_ok(
    $$ select perf.assign_ab_variant('e0000000-0000-4000-8000-000000000000', 'u1') $$,
    'an admin by token may ask'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select lives_ok(
    $$ select perf.assign_ab_variant('e0000000-0000-4000-8000-000000000000', 'u1') $$,
    'an analyst by token may ask'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select lives_ok(
    $$ select perf.assign_ab_variant('e0000000-0000-4000-8000-000000000000', 'u1') $$,
    'a recorder by token may ask'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.assign_ab_variant('e0000000-0000-4000-8000-000000000000', 'u1') $$,
    '42501',
    null,
    'nor does a stranger with a token'
);
set local request.jwt.claims = '';
set local role perf_admin;
select lives_ok(
    $$ select perf.assign_ab_variant('e0000000-0000-4000-8000-000000000000', 'u1') $$,
    'perf_admin may ask'
);
set local role perf_analyst;
select lives_ok(
    $$ select perf.assign_ab_variant('e0000000-0000-4000-8000-000000000000', 'u1') $$,
    'perf_analyst may ask'
);
set local role perf_recorder;
select lives_ok(
    $$ select perf.assign_ab_variant('e0000000-0000-4000-8000-000000000000', 'u1') $$,
    'perf_recorder may ask'
);
set local role anon;
select throws_ok(
    $$ select perf.assign_ab_variant('e0000000-0000-4000-8000-000000000000', 'u1') $$,
    '42501',
    null,
    'nor does anon'
);

reset role;
update perf.model_ab_tests as t
set test_status = 'completed', test_end = now() + interval '2 days', winner_metrics = '{}',
    winner_model = case t.test_name when 'one' then 'b' else 'none' end;
select results_eq(
    $$ select a.variant, a.model_version
       from perf.assign_ab_variant('e0000000-0000-4000-8000-000000000000', 'u1') as a $$,
    $$ values ('b', 'v2') $$,
    'after its end all units get the winner'
);
select is(
    (select a.variant from perf.assign_ab_variant('e1000000-0000-4000-8000-000000000000', 'u1') as a),
    'a',
    'or model A where neither was better'
);

select * from finish();
rollback;
