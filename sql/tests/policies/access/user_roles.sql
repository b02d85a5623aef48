begin;
select plan(22);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

create function pg_temp.change(old_role perf.app_role, new_role perf.app_role)
returns bigint
language sql
as $$
    with changed as (
        update perf.user_roles set role = new_role where role = old_role returning 1
    )
    select count(*) from changed
$$;
create function pg_temp.remove(old_role perf.app_role)
returns bigint
language sql
as $$
    with gone as (delete from perf.user_roles where role = old_role returning 1)
    select count(*) from gone
$$;

set local role authenticated;

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.user_roles), 3::bigint, 'an admin by token reads all roles');
select lives_ok(
    $$ insert into perf.user_roles (user_id, role)
       values ('c0000000-0000-4000-8000-000000000000', 'analyst') $$,
    'gives one'
);
select is(pg_temp.change('recorder', 'admin'), 1::bigint, 'changes one');
select is(pg_temp.change('admin', 'recorder'), 2::bigint, 'even the own');
select is(
    (select count(*) from perf.user_roles), 1::bigint, 'after which only the own is left to read'
);

reset role;
update perf.user_roles set role = 'admin' where user_id = 'a0000000-0000-4000-8000-000000000000';
delete from perf.user_roles
where user_id = 'c0000000-0000-4000-8000-000000000000' and role = 'analyst';
set local role authenticated;

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.user_roles), 3::bigint, 'an analyst by token reads all roles');
select is(pg_temp.change('analyst', 'admin'), 0::bigint, 'does not promote itself');
select is(pg_temp.remove('admin'), 0::bigint, 'takes none away');
select throws_ok(
    $$ insert into perf.user_roles (user_id, role)
       values ('b0000000-0000-4000-8000-000000000000', 'admin') $$,
    '42501',
    null,
    'gives itself none'
);

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select results_eq(
    'select role from perf.user_roles',
    array['recorder']::perf.app_role[],
    'a recorder by token reads only the own roles'
);
select is(pg_temp.change('recorder', 'admin'), 0::bigint, 'and does not promote itself');

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.user_roles), 0::bigint, 'a stranger with a token reads none');
select throws_ok(
    $$ insert into perf.user_roles (user_id, role)
       values ('d0000000-0000-4000-8000-000000000000', 'admin') $$,
    '42501',
    null,
    'and takes none'
);

set local request.jwt.claims = '';
select is((select count(*) from perf.user_roles), 0::bigint, 'nor is there one without a token');

set local role perf_admin;
select is((select count(*) from perf.user_roles), 3::bigint, 'perf_admin reads all roles');
select is(pg_temp.remove('recorder'), 1::bigint, 'and takes one away');

set local role service_role;
select lives_ok(
    $$ insert into perf.user_roles (user_id, role)
       values ('c0000000-0000-4000-8000-000000000000', 'recorder') $$,
    'service_role gives one'
);

set local role perf_analyst;
select is((select count(*) from perf.user_roles), 3::bigint, 'perf_analyst reads all roles');
select throws_ok(
    $$ select pg_temp.change('analyst', 'admin') $$, '42501', null, 'and changes none'
);
select throws_ok($$ select pg_temp.remove('admin') $$, '42501', null, 'nor takes one away');

set local role perf_recorder;
select throws_ok('select * from perf.user_roles', '42501', null, 'perf_recorder reads none');

set local role anon;
select throws_ok('select * from perf.user_roles', '42501', null, 'nor does anon');

select * from finish();
rollback;
