begin;
select plan(5);

create function pg_temp.get_user() returns uuid language sql security definer as
    'select perf_internal.get_token_user()';
grant execute on function pg_temp.get_user to public;

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

set local role authenticated;
select is(
    pg_temp.get_user(), 'a0000000-0000-4000-8000-000000000000', 'a token names its user'
);

set local role perf_recorder;
select is(pg_temp.get_user(), null, 'claims of a login name nobody');

set local role service_role;
select is(pg_temp.get_user(), null, 'nor do those of the service key');

set local role authenticated;
set local request.jwt.claims = '{"sub": 5}';
select is(pg_temp.get_user(), null, 'a token whose sub is no text names nobody');

select throws_ok(
    'select perf_internal.get_token_user()', '42501', null, 'only functions of ours ask'
);

select * from finish();
rollback;
