begin;
select plan(12);

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
insert into perf_internal.ab_outcome_ids
select s.id, 'c1'
from perf_internal.ab_series as s;

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'select * from perf_internal.ab_outcome_ids',
    '42501',
    null,
    'an admin by token does not read ids of outcomes'
);
select throws_ok(
    'delete from perf_internal.ab_outcome_ids', '42501', null, 'nor deletes them'
);
set local role perf_admin;
select throws_ok(
    'select * from perf_internal.ab_outcome_ids',
    '42501',
    null,
    'perf_admin does not read ids of outcomes'
);
select throws_ok(
    'insert into perf_internal.ab_outcome_ids default values', '42501', null, 'nor adds any'
);
set local role service_role;
select throws_ok(
    'select * from perf_internal.ab_outcome_ids',
    '42501',
    null,
    'service_role does not read ids of outcomes'
);
select throws_ok(
    'insert into perf_internal.ab_outcome_ids default values', '42501', null, 'nor adds any'
);
set local role perf_analyst;
select throws_ok(
    'select * from perf_internal.ab_outcome_ids',
    '42501',
    null,
    'perf_analyst does not read ids of outcomes'
);
select throws_ok(
    'insert into perf_internal.ab_outcome_ids default values', '42501', null, 'nor adds any'
);
set local role perf_recorder;
select throws_ok(
    'select * from perf_internal.ab_outcome_ids',
    '42501',
    null,
    'perf_recorder does not read ids of outcomes'
);
select throws_ok(
    'insert into perf_internal.ab_outcome_ids default values', '42501', null, 'nor adds any'
);
set local role anon;
select throws_ok(
    'select * from perf_internal.ab_outcome_ids',
    '42501',
    null,
    'anon does not read ids of outcomes'
);
select throws_ok(
    'insert into perf_internal.ab_outcome_ids default values', '42501', null, 'nor adds any'
);

select * from finish();
rollback;
