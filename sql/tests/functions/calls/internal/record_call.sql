-- The tests of perf.record_call say what it does.
begin;
select plan(2);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf_internal.record_call(
        null::text,
        null::text,
        null::float8,
        null::boolean,
        null::text,
        null::jsonb,
        null::integer,
        null::integer,
        null::text,
        null::float8,
        null::timestamptz,
        null::uuid,
        null::uuid,
        null::text,
        null::integer,
        null::integer,
        null::integer,
        null::float8
    ) $$,
    '42501',
    null,
    'it refuses a user without a role who calls it directly'
);

set local role anon;
select throws_ok(
    $$ select perf_internal.record_call(
        null::text,
        null::text,
        null::float8,
        null::boolean,
        null::text,
        null::jsonb,
        null::integer,
        null::integer,
        null::text,
        null::float8,
        null::timestamptz,
        null::uuid,
        null::uuid,
        null::text,
        null::integer,
        null::integer,
        null::integer,
        null::float8
    ) $$,
    '42501',
    null,
    'and anon'
);

select * from finish();
rollback;
