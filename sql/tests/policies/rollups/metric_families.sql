begin;
select plan(7);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin');

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'select * from perf_internal.metric_families', '42501', null, 'an admin by token reads none'
);
select throws_ok(
    'insert into perf_internal.metric_families default values', '42501', null, 'nor adds one'
);

set local role perf_admin;
select throws_ok(
    'select * from perf_internal.metric_families', '42501', null, 'perf_admin reads none'
);
select throws_ok('delete from perf_internal.metric_families', '42501', null, 'nor deletes one');

set local role perf_analyst;
select throws_ok(
    'select * from perf_internal.metric_families', '42501', null, 'perf_analyst reads none'
);
set local role perf_recorder;
select throws_ok('select * from perf_internal.metric_families', '42501', null, 'nor perf_recorder');
set local role anon;
select throws_ok('select * from perf_internal.metric_families', '42501', null, 'nor anon');

select * from finish();
rollback;
