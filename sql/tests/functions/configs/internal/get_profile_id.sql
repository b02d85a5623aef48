begin;
select plan(5);

select is(perf_internal.get_profile_id(), null, 'a database login has no profile');

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin');
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select is(
    perf_internal.get_profile_id(),
    'a0000000-0000-4000-8000-000000000000',
    'a token names its profile'
);

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select is(perf_internal.get_profile_id(), null, 'a token without a profile gives null');

create role perf_test_admin login;
grant perf_admin to perf_test_admin;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

create function pg_temp.get_profile_id()
returns uuid
language sql
security definer
as 'select perf_internal.get_profile_id()';

set local role service_role;

select is(pg_temp.get_profile_id(), null, 'the service key names nobody');

set local session authorization perf_test_admin;

select is(pg_temp.get_profile_id(), null, 'claims that a database login made up count for nothing');

select * from finish();
rollback;
