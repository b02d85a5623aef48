begin;
select plan(20);

create function get_hint(statement text)
returns text
language plpgsql
as $$
declare
    v_hint text;
begin
    execute statement;
    return null;
exception
    when insufficient_privilege then
        get stacked diagnostics v_hint = pg_exception_hint;
        return v_hint;
end
$$;


insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst');

select lives_ok(
    $$ select perf_internal.require_role('recorder') $$,
    'a superuser passes everywhere'
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

set local request.jwt.claims = '{"sub": "auth0|64b1"}';

select throws_ok(
    $$ select perf_internal.require_role('recorder') $$,
    '42501',
    'this needs the role recorder',
    'a user whose sub is no UUID has no role either'
);

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
set local role perf_recorder;

select throws_ok(
    $$ select perf_internal.require_role('admin') $$,
    '42501',
    'this needs the role admin',
    'claims count only for callers who come as authenticated'
);

-- What a definer function of ours asks, and whatever was granted to anon.
reset role;
grant usage on schema perf_internal to anon;
grant execute on all functions in schema perf_internal to anon;
set local role anon;

select throws_ok(
    $$ select perf_internal.require_role('recorder') $$,
    '42501',
    'this needs the role recorder',
    'anon passes nowhere, whatever its claims say'
);

reset role;
grant perf_admin, authenticated to anon;
set local role anon;

select throws_ok(
    $$ select perf_internal.require_role('recorder') $$,
    '42501',
    'this needs the role recorder',
    'anon passes nowhere, also as a member of other roles'
);

reset role;
create role pgtap_owner;
create role pgtap_owner_member in role pgtap_owner;
grant pgtap_owner, pgtap_owner_member to current_user;
grant usage on schema perf_internal to pgtap_owner;
grant execute on all functions in schema perf, perf_internal to pgtap_owner;
alter schema perf owner to pgtap_owner;
set local role pgtap_owner;

select lives_ok(
    $$ select perf_internal.require_role('admin') $$,
    'the owner of the schema passes without any role'
);

set local role pgtap_owner_member;

select lives_ok(
    $$ select perf_internal.require_role('admin') $$,
    'a member of the owner passes'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": 5}';

select is(
    get_hint($$ select perf_internal.require_role('analyst') $$),
    'The token names no user: its claim sub is missing, empty or no text.',
    'a token whose sub is no text is told so'
);

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select is(
    get_hint($$ select perf_internal.require_role('analyst') $$),
    'An admin gives it to a user, by the sub of the token, with perf.grant_role(), and to a login with grant.',
    'a user without the role is told who gives it'
);

reset role;

select * from finish();
rollback;
