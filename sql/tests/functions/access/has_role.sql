begin;
select plan(13);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

select is(
    perf.has_role('b0000000-0000-4000-8000-000000000000', 'analyst'),
    true,
    'a user has the role that was granted'
);

select is(
    perf.has_role('b0000000-0000-4000-8000-000000000000', 'recorder'),
    false,
    'and no other'
);

select is(
    perf.has_role('a0000000-0000-4000-8000-000000000000', 'analyst'),
    false,
    'an admin is not also an analyst'
);

select is(
    perf.has_role('d0000000-0000-4000-8000-000000000000', 'analyst'),
    false,
    'a stranger has none'
);

select is(perf.has_role(null, 'analyst'), false, 'a null user has none');

select is(
    perf.has_role('b0000000-0000-4000-8000-000000000000', null),
    false,
    'nobody has a null role'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select is(
    perf.has_role('b0000000-0000-4000-8000-000000000000', 'analyst'),
    true,
    'a user by token learns the own role'
);

select is(
    perf.has_role('c0000000-0000-4000-8000-000000000000', 'recorder'),
    false,
    'a user by token does not learn the role of somebody else'
);

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select is(
    perf.has_role('c0000000-0000-4000-8000-000000000000', 'recorder'),
    true,
    'an admin by token learns the role of anybody'
);

set local request.jwt.claims = '';

select is(
    perf.has_role('b0000000-0000-4000-8000-000000000000', 'analyst'),
    false,
    'authenticated without a token learns nothing'
);

set local role service_role;

select is(
    perf.has_role('c0000000-0000-4000-8000-000000000000', 'recorder'),
    true,
    'service_role learns the role of anybody'
);

set local role perf_recorder;

select is(
    perf.has_role('c0000000-0000-4000-8000-000000000000', 'recorder'),
    false,
    'perf_recorder learns the role of nobody else'
);

set local role anon;

select throws_ok(
    $$ select perf.has_role('c0000000-0000-4000-8000-000000000000', 'recorder') $$,
    '42501',
    null,
    'anon may not ask'
);

select * from finish();
rollback;
