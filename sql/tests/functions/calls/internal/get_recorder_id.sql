begin;
select plan(7);

create function pg_temp.get_id() returns integer language sql security definer as
    'select perf_internal.get_recorder_id()';
grant execute on function pg_temp.get_id to public;

set local role perf_recorder;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is(pg_temp.get_id(), pg_temp.get_id(), 'a recorder is added once');

set local role service_role;
select isnt(pg_temp.get_id(), null, 'the service key is one');

set local role authenticated;
select isnt(pg_temp.get_id(), null, 'so is a user of a token');
set local request.jwt.claims = '{"sub": "auth0|1"}';
select isnt(pg_temp.get_id(), null, 'whatever the sub is');
set local request.jwt.claims = '';
select isnt(pg_temp.get_id(), null, 'without a sub it is the role');

reset role;
select set_eq(
    'select r.user_id, r.login from perf.recorders as r',
    $$ values
        (null::uuid, 'perf_recorder'),
        (null, 'service_role'),
        ('a0000000-0000-4000-8000-000000000000', null),
        (perf.get_subject_id('auth0|1'), null),
        (null, 'authenticated') $$,
    'claims count only for authenticated'
);

set local role authenticated;
select throws_ok(
    'select perf_internal.get_recorder_id()', '42501', null, 'only functions of ours ask'
);

select * from finish();
rollback;
