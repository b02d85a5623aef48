begin;
select plan(19);

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

-- The 6th gets a partition, the 3rd of the month before stays in the default partition.
insert into perf.ab_outcomes (series_id, created_at, value)
select s.id, d, 1
from perf_internal.ab_series as s
cross join unnest('{2020-01-06 10:00+00, 2019-12-03 10:00+00}'::timestamptz[]) as d
where s.variant = 'a';
create temporary table made as select * from perf.ensure_partitions('2020-01-06 12:00+00', 0);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.ab_outcomes),
    2::bigint,
    'an admin by token reads every outcome through the parent'
);
select throws_ok(
    'select * from perf_internal.ab_outcomes_default',
    '42501',
    null,
    'an admin by token does not read the default partition by itself'
);
select throws_ok(
    'select * from perf_internal.ab_outcomes_20200106',
    '42501',
    null,
    'an admin by token does not read a daily one'
);
select throws_ok(
    'insert into perf_internal.ab_outcomes_default default values', '42501', null, 'nor adds to it'
);
set local role perf_admin;
select throws_ok(
    'select * from perf_internal.ab_outcomes_default',
    '42501',
    null,
    'perf_admin does not read the default partition by itself'
);
select throws_ok(
    'select * from perf_internal.ab_outcomes_20200106',
    '42501',
    null,
    'perf_admin does not read a daily one'
);
select throws_ok(
    'insert into perf_internal.ab_outcomes_default default values', '42501', null, 'nor adds to it'
);
set local role service_role;
select throws_ok(
    'select * from perf_internal.ab_outcomes_default',
    '42501',
    null,
    'service_role does not read the default partition by itself'
);
select throws_ok(
    'select * from perf_internal.ab_outcomes_20200106',
    '42501',
    null,
    'service_role does not read a daily one'
);
select throws_ok(
    'insert into perf_internal.ab_outcomes_default default values', '42501', null, 'nor adds to it'
);
set local role perf_analyst;
select throws_ok(
    'select * from perf_internal.ab_outcomes_default',
    '42501',
    null,
    'perf_analyst does not read the default partition by itself'
);
select throws_ok(
    'select * from perf_internal.ab_outcomes_20200106',
    '42501',
    null,
    'perf_analyst does not read a daily one'
);
select throws_ok(
    'insert into perf_internal.ab_outcomes_default default values', '42501', null, 'nor adds to it'
);
set local role perf_recorder;
select throws_ok(
    'select * from perf_internal.ab_outcomes_default',
    '42501',
    null,
    'perf_recorder does not read the default partition by itself'
);
select throws_ok(
    'select * from perf_internal.ab_outcomes_20200106',
    '42501',
    null,
    'perf_recorder does not read a daily one'
);
select throws_ok(
    'insert into perf_internal.ab_outcomes_default default values', '42501', null, 'nor adds to it'
);
set local role anon;
select throws_ok(
    'select * from perf_internal.ab_outcomes_default',
    '42501',
    null,
    'anon does not read the default partition by itself'
);
select throws_ok(
    'select * from perf_internal.ab_outcomes_20200106',
    '42501',
    null,
    'anon does not read a daily one'
);
select throws_ok(
    'insert into perf_internal.ab_outcomes_default default values', '42501', null, 'nor adds to it'
);

select * from finish();
rollback;
