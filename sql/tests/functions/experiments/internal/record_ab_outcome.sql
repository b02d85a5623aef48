begin;
select plan(9);

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
insert into perf_internal.ab_series (test_id, metric, variant)
select m.test_id, m.metric, v.variant
from perf.ab_test_metrics as m
cross join (values ('a'), ('b')) as v (variant);

-- The tests of perf.record_ab_outcome() have the rest.
prepare record as
select perf_internal.record_ab_outcome(
    'e0000000-0000-4000-8000-000000000000', 'u1', '{"success": 1}', null, '2020-01-06 10:00+00'
);
select is(
    perf_internal.record_ab_outcome(
        'e0000000-0000-4000-8000-000000000000', 'u1', '{"success": 1}', null, '2020-01-06 10:00+00'
    ),
    true,
    'records an outcome'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select lives_ok(
    'execute record',
    'an admin by token may'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'execute record',
    '42501',
    null,
    'an analyst by token does not'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select lives_ok(
    'execute record',
    'a recorder by token may'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'execute record',
    '42501',
    null,
    'nor does a stranger with a token'
);
set local request.jwt.claims = '';
set local role perf_admin;
select lives_ok(
    'execute record',
    'perf_admin may'
);
set local role perf_analyst;
select throws_ok(
    'execute record',
    '42501',
    null,
    'perf_analyst does not'
);
set local role perf_recorder;
select lives_ok(
    'execute record',
    'perf_recorder may'
);
set local role anon;
select throws_ok(
    'execute record',
    '42501',
    null,
    'nor does anon'
);

select * from finish();
rollback;
