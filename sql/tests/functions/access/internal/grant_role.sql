-- The tests of perf.grant_role say what it does.
begin;
select plan(2);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf_internal.grant_role(
        null::uuid,
        null::perf.app_role,
        null::text,
        null::text
    ) $$,
    '42501',
    null,
    'it refuses a user without a role who calls it directly'
);

set local role anon;
select throws_ok(
    $$ select perf_internal.grant_role(
        null::uuid,
        null::perf.app_role,
        null::text,
        null::text
    ) $$,
    '42501',
    null,
    'and anon'
);

select * from finish();
rollback;
