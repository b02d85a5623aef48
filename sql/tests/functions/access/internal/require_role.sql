begin;
select plan(13);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst');

select lives_ok(
    $$ select perf_internal.require_role('recorder') $$,
    'the owner passes everywhere'
);

set local role perf_admin;

select lives_ok(
    $$ select perf_internal.require_role('recorder') $$,
    'perf_admin passes everywhere'
);

set local role service_role;

select lives_ok(
    $$ select perf_internal.require_role('recorder') $$,
    'service_role passes everywhere'
);

set local role perf_analyst;

select lives_ok(
    $$ select perf_internal.require_role('analyst') $$,
    'perf_analyst passes as an analyst'
);

select throws_ok(
    $$ select perf_internal.require_role('recorder') $$,
    '42501',
    'this needs the role recorder',
    'perf_analyst does not pass as a recorder'
);

select lives_ok(
    $$ select perf_internal.require_role('admin', 'analyst') $$,
    'one of several roles is enough'
);

select throws_ok(
    $$ select perf_internal.require_role('admin', 'recorder') $$,
    '42501',
    'this needs the role admin or recorder',
    'the message names all roles that would do'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select lives_ok(
    $$ select perf_internal.require_role('analyst') $$,
    'a user by token passes with the granted role'
);

select throws_ok(
    $$ select perf_internal.require_role('admin') $$,
    '42501',
    'this needs the role admin',
    'a user by token does not pass without it'
);

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select lives_ok(
    $$ select perf_internal.require_role('recorder') $$,
    'an admin by token passes everywhere'
);

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select throws_ok(
    $$ select perf_internal.require_role('admin', 'analyst', 'recorder') $$,
    '42501',
    'this needs the role admin or analyst or recorder',
    'a stranger with a token passes nowhere'
);

set local request.jwt.claims = '';

select throws_ok(
    $$ select perf_internal.require_role('recorder') $$,
    '42501',
    'this needs the role recorder',
    'authenticated without a token does not pass'
);

set local role anon;

select throws_ok(
    $$ select perf_internal.require_role('recorder') $$,
    '42501',
    null,
    'anon passes nowhere'
);

select * from finish();
rollback;
