begin;
select plan(8);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');

-- As those that call it do.
create function pg_temp.get_name() returns text language sql security definer as
    'select perf_internal.get_caller_name()';
grant execute on function pg_temp.get_name to public;

select is(pg_temp.get_name(), session_user::text, 'a login is its own name');

set local role perf_recorder;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select is(pg_temp.get_name(), 'perf_recorder', 'claims of a login say nothing');

set local role service_role;

select is(pg_temp.get_name(), 'service_role', 'nor do those of the service key');

set local role authenticated;

select is(pg_temp.get_name(), 'ada', 'a token has the name of its profile');

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select is(
    pg_temp.get_name(),
    'd0000000-0000-4000-8000-000000000000',
    'or the id of its user'
);

set local request.jwt.claims = '{"sub": "nobody"}';

select is(pg_temp.get_name(), 'nobody', 'which may be any text');

set local request.jwt.claims = '{"sub": "a\nb"}';

select is(
    pg_temp.get_name(),
    perf_internal.get_subject_id(E'a\nb')::text,
    'unless it is no name, then it is the id'
);

set local request.jwt.claims = '{"sub": ""}';

select is(pg_temp.get_name(), 'authenticated', 'or the role');

select * from finish();
rollback;
