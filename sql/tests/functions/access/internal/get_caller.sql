begin;
select plan(4);

create function pg_temp.get_caller_as_owner()
returns name
language sql
security definer
as $$ select perf_internal.get_caller() $$;

select is(
    perf_internal.get_caller(),
    session_user,
    'without a role switch the caller is the login role'
);

set local role perf_recorder;

select is(
    perf_internal.get_caller(),
    'perf_recorder',
    'after a role switch the caller is that role'
);

select is(
    pg_temp.get_caller_as_owner(),
    'perf_recorder',
    'inside a security definer function the caller is still that role'
);

set local role anon;

select throws_ok(
    'select perf_internal.get_caller()',
    '42501',
    null,
    'anon may not ask'
);

select * from finish();
rollback;
