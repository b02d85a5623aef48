begin;
select plan(23);

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

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.ab_series), 2::bigint, 'an admin by token reads the series'
);
select throws_ok(
    'insert into perf_internal.ab_series default values',
    '42501',
    null,
    'an admin by token adds none directly'
);
select throws_ok(
    'update perf_internal.ab_series set metric = metric', '42501', null, 'nor changes one'
);
select throws_ok(
    'delete from perf_internal.ab_series', '42501', null, 'nor deletes one'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.ab_series),
    2::bigint,
    'an analyst by token reads the series'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.ab_series), 0::bigint, 'a recorder by token reads nothing'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.ab_series), 0::bigint, 'a stranger by token reads nothing'
);
set local request.jwt.claims = '';
select is(
    (select count(*) from perf_internal.ab_series),
    0::bigint,
    'authenticated without a token reads nothing'
);
set local role perf_admin;
select is(
    (select count(*) from perf_internal.ab_series), 2::bigint, 'perf_admin reads the series'
);
select throws_ok(
    'insert into perf_internal.ab_series default values',
    '42501',
    null,
    'perf_admin adds none directly'
);
select throws_ok(
    'update perf_internal.ab_series set metric = metric', '42501', null, 'nor changes one'
);
select throws_ok(
    'delete from perf_internal.ab_series', '42501', null, 'nor deletes one'
);
set local role service_role;
select is(
    (select count(*) from perf_internal.ab_series), 2::bigint, 'service_role reads the series'
);
select throws_ok(
    'insert into perf_internal.ab_series default values',
    '42501',
    null,
    'service_role adds none directly'
);
select throws_ok(
    'update perf_internal.ab_series set metric = metric', '42501', null, 'nor changes one'
);
select throws_ok(
    'delete from perf_internal.ab_series', '42501', null, 'nor deletes one'
);
set local role perf_analyst;
select is(
    (select count(*) from perf_internal.ab_series), 2::bigint, 'perf_analyst reads the series'
);
select throws_ok(
    'insert into perf_internal.ab_series default values',
    '42501',
    null,
    'perf_analyst adds none directly'
);
select throws_ok(
    'update perf_internal.ab_series set metric = metric', '42501', null, 'nor changes one'
);
select throws_ok(
    'delete from perf_internal.ab_series', '42501', null, 'nor deletes one'
);
set local role perf_recorder;
select throws_ok(
    'select * from perf_internal.ab_series', '42501', null, 'perf_recorder reads nothing'
);
select throws_ok(
    'insert into perf_internal.ab_series default values', '42501', null, 'and adds none directly'
);
set local role anon;
select throws_ok(
    'select * from perf_internal.ab_series', '42501', null, 'anon reads nothing'
);

select * from finish();
rollback;
