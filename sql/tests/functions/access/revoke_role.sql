begin;
select plan(10);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('b0000000-0000-4000-8000-000000000000', 'recorder');

select is(
    perf.revoke_role('b0000000-0000-4000-8000-000000000000', 'analyst'),
    true,
    'takes a role away'
);

select results_eq(
    $$ select role from perf.user_roles
       where user_id = 'b0000000-0000-4000-8000-000000000000' $$,
    array['recorder']::perf.app_role[],
    'leaves the other roles of the user'
);

select is(
    perf.revoke_role('b0000000-0000-4000-8000-000000000000', 'analyst'),
    false,
    'a second run takes nothing'
);

select is(
    perf.revoke_role('d0000000-0000-4000-8000-000000000000', 'analyst'),
    false,
    'a stranger has nothing to take'
);

select throws_ok(
    $$ select perf.revoke_role(null, 'analyst') $$,
    '22023',
    'give either user_id or subject',
    'refuses a null user'
);

select is(
    perf.revoke_role('b0000000-0000-4000-8000-000000000000', null),
    false,
    'a null role takes nothing'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select throws_ok(
    $$ select perf.revoke_role('a0000000-0000-4000-8000-000000000000', 'admin') $$,
    '42501',
    'this needs the role admin',
    'a recorder by token takes nothing from an admin'
);

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select is(
    perf.revoke_role('b0000000-0000-4000-8000-000000000000', 'recorder'),
    true,
    'an admin by token takes roles'
);

set local role perf_recorder;

select throws_ok(
    $$ select perf.revoke_role('a0000000-0000-4000-8000-000000000000', 'admin') $$,
    '42501',
    null,
    'perf_recorder does not'
);

set local role anon;

select throws_ok(
    $$ select perf.revoke_role('a0000000-0000-4000-8000-000000000000', 'admin') $$,
    '42501',
    null,
    'anon does not'
);

select * from finish();
rollback;
