-- The tests of perf.has_role say what it does.
begin;
select plan(3);

select perf.set_role_claim('roles');

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000", "roles": "analyst"}';
select is(
    perf_internal.has_role('d0000000-0000-4000-8000-000000000000', 'analyst'),
    true,
    'a caller has the roles of the token'
);
select is(
    perf_internal.has_role('e0000000-0000-4000-8000-000000000000', 'analyst'),
    false,
    'which say nothing of others'
);

set local role anon;
select throws_ok(
    $$ select perf_internal.has_role('d0000000-0000-4000-8000-000000000000', 'analyst') $$,
    '42501',
    null,
    'anon may not ask'
);

select * from finish();
rollback;
