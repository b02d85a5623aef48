begin;
select plan(9);

select lives_ok('select perf_internal.require_notifier()', 'the owner of the schema passes');
grant execute on function perf_internal.require_notifier
    to anon, authenticated, service_role, perf_admin, perf_analyst, perf_recorder, perf_notifier;
grant execute on function perf_internal.get_caller to anon, perf_notifier;
grant usage on schema perf_internal to anon;
select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
set local role perf_notifier;
select lives_ok('select perf_internal.require_notifier()', 'perf_notifier passes');
set local role authenticated;
select throws_ok(
    'select perf_internal.require_notifier()', '42501', 'this needs the database role perf_notifier',
    'an admin by token does not'
);
set local role perf_admin;
select throws_ok('select perf_internal.require_notifier()', '42501', null, 'nor does perf_admin');
set local role service_role;
select throws_ok('select perf_internal.require_notifier()', '42501', null, 'nor service_role');
set local role perf_analyst;
select throws_ok('select perf_internal.require_notifier()', '42501', null, 'nor perf_analyst');
set local role perf_recorder;
select throws_ok('select perf_internal.require_notifier()', '42501', null, 'nor perf_recorder');
set local role anon;
select throws_ok('select perf_internal.require_notifier()', '42501', null, 'nor anon');
reset role;
grant perf_notifier to anon;
set local role anon;
select throws_ok(
    'select perf_internal.require_notifier()', '42501', null, 'anon does not, whatever it is granted'
);

select * from finish();
rollback;
