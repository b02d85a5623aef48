begin;
select plan(21);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

create function pg_temp.rename(old_name text, new_name text)
returns bigint
language sql
as $$
    with changed as (
        update perf.profiles set username = new_name where username = old_name returning 1
    )
    select count(*) from changed
$$;
create function pg_temp.remove(old_name text)
returns bigint
language sql
as $$
    with gone as (delete from perf.profiles where username = old_name returning 1)
    select count(*) from gone
$$;

set local role authenticated;

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.profiles), 3::bigint, 'an admin by token reads all profiles');
select lives_ok(
    $$ insert into perf.profiles (id, username)
       values ('e0000000-0000-4000-8000-000000000000', 'eve') $$,
    'adds one'
);
select is(pg_temp.rename('eve', 'eva'), 1::bigint, 'renames one');
select is(pg_temp.remove('eva'), 1::bigint, 'deletes one');

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.profiles), 3::bigint, 'an analyst by token reads all profiles'
);
select is(pg_temp.rename('cleo', 'clea'), 0::bigint, 'renames none');
select is(pg_temp.remove('cleo'), 0::bigint, 'deletes none');
select throws_ok(
    $$ insert into perf.profiles (id, username)
       values ('e0000000-0000-4000-8000-000000000000', 'eve') $$,
    '42501',
    null,
    'adds none'
);

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select results_eq(
    'select username from perf.profiles',
    $$ values ('cleo') $$,
    'a recorder by token reads only the own profile'
);
select is(pg_temp.rename('cleo', 'clea'), 0::bigint, 'and does not rename it');

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.profiles), 0::bigint, 'a stranger with a token reads none');
select throws_ok(
    $$ insert into perf.profiles (id, username)
       values ('d0000000-0000-4000-8000-000000000000', 'dan') $$,
    '42501',
    null,
    'and does not make the own one'
);

set local request.jwt.claims = '';
select is((select count(*) from perf.profiles), 0::bigint, 'nor is there one without a token');

set local role perf_admin;
select is((select count(*) from perf.profiles), 3::bigint, 'perf_admin reads all profiles');
select is(pg_temp.rename('cleo', 'clea'), 1::bigint, 'and renames one');

set local role service_role;
select is(pg_temp.rename('clea', 'cleo'), 1::bigint, 'so does service_role');

set local role perf_analyst;
select is((select count(*) from perf.profiles), 3::bigint, 'perf_analyst reads all profiles');
select throws_ok($$ select pg_temp.rename('cleo', 'clea') $$, '42501', null, 'and renames none');
select throws_ok($$ select pg_temp.remove('cleo') $$, '42501', null, 'nor deletes one');

set local role perf_recorder;
select throws_ok('select * from perf.profiles', '42501', null, 'perf_recorder reads none');

set local role anon;
select throws_ok('select * from perf.profiles', '42501', null, 'nor does anon');

select * from finish();
rollback;
