begin;
select plan(24);

select is(
    perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada'),
    true,
    'grants a role to a new user'
);

select is(
    (select username from perf.profiles where id = 'a0000000-0000-4000-8000-000000000000'),
    'ada',
    'makes the profile with the given username'
);

select is(
    perf.has_role('a0000000-0000-4000-8000-000000000000', 'admin'),
    true,
    'the user has the role afterwards'
);

select is(
    perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin'),
    false,
    'a second grant of the same role changes nothing'
);

select is(
    perf.grant_role('a0000000-0000-4000-8000-000000000000', 'recorder'),
    true,
    'a user may have several roles'
);

select is(
    (select username from perf.profiles where id = 'a0000000-0000-4000-8000-000000000000'),
    'ada',
    'without a username the profile keeps its own'
);

select is(
    perf.grant_role('a0000000-0000-4000-8000-000000000000', 'recorder', 'ada l.'),
    false,
    'a new username alone is not a new role'
);

select is(
    (select username from perf.profiles where id = 'a0000000-0000-4000-8000-000000000000'),
    'ada l.',
    'a new username renames the profile'
);

select lives_ok(
    $$ select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst') $$,
    'a new user needs no username'
);

select is(
    (select username from perf.profiles where id = 'b0000000-0000-4000-8000-000000000000'),
    'b0000000-0000-4000-8000-000000000000',
    'a new user without a username is called by the id'
);

select throws_ok(
    $$ select perf.grant_role(null, 'analyst') $$,
    '22023',
    'give either user_id or subject',
    'refuses a null user'
);

select throws_ok(
    $$ select perf.grant_role('b0000000-0000-4000-8000-000000000000', null) $$,
    '22023',
    'role must be admin, analyst or recorder, got null',
    'refuses a null role'
);

select throws_ok(
    $$ select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'boss') $$,
    '22P02',
    null,
    'refuses an unknown role'
);

select throws_ok(
    $$ select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'analyst', '  ') $$,
    '22023',
    'username must have 1 to 200 characters, got ""',
    'refuses a blank username'
);

select throws_ok(
    $$ select perf.grant_role(
        'c0000000-0000-4000-8000-000000000000', 'analyst', repeat('x', 201)
    ) $$,
    '22023',
    'username must have 1 to 200 characters, got "' || repeat('x', 60) || '..." (201 characters)',
    'refuses a username of 201 characters'
);

select throws_ok(
    $$ select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'analyst', E'a\nb') $$,
    '22023',
    'username must have no control characters, got "a\nb"',
    'refuses control characters in a username'
);

select throws_ok(
    $$ select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'analyst', 'ada l.') $$,
    'PT409',
    'username "ada l." is that of another user',
    'refuses the username of somebody else'
);

select throws_ok(
    $$ select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'analyst', ' ada l. ') $$,
    'PT409',
    null,
    'also with spaces around it'
);

select is(
    perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', ' ben '),
    false,
    'spaces around a username are left out'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select is(
    perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo'),
    true,
    'an admin by token grants roles'
);

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select throws_ok(
    $$ select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'admin') $$,
    '42501',
    'this needs the role admin',
    'an analyst by token does not promote itself'
);

set local role perf_admin;

select is(
    perf.grant_role('c0000000-0000-4000-8000-000000000000', 'analyst'),
    true,
    'perf_admin grants roles'
);

set local role perf_analyst;

select throws_ok(
    $$ select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'admin') $$,
    '42501',
    null,
    'perf_analyst does not'
);

set local role anon;

select throws_ok(
    $$ select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'admin') $$,
    '42501',
    null,
    'anon does not'
);

select * from finish();
rollback;
