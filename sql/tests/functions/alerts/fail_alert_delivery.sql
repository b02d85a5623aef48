begin;
select plan(8);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select lives_ok($$ select perf.fail_alert_delivery(gen_random_uuid(), 1, 'x') $$, 'the owner may');
set local role perf_notifier;
select lives_ok($$ select perf.fail_alert_delivery(gen_random_uuid(), 1, 'x') $$, 'perf_notifier may');
set local role authenticated;
select throws_ok($$ select perf.fail_alert_delivery(gen_random_uuid(), 1, 'x') $$, '42501', null, 'an admin by token may not');
set local role service_role;
select throws_ok($$ select perf.fail_alert_delivery(gen_random_uuid(), 1, 'x') $$, '42501', null, 'nor may service_role');
set local role perf_admin;
select throws_ok($$ select perf.fail_alert_delivery(gen_random_uuid(), 1, 'x') $$, '42501', null, 'nor may perf_admin');
set local role anon;
select throws_ok($$ select perf.fail_alert_delivery(gen_random_uuid(), 1, 'x') $$, '42501', null, 'nor may anon');
reset role;
grant execute on all functions in schema perf, perf_internal to anon, service_role;
set local role service_role;
select throws_ok($$ select perf.fail_alert_delivery(gen_random_uuid(), 1, 'x') $$, '42501', null, 'nor may service_role, whatever it is granted');
set local role anon;
select throws_ok($$ select perf.fail_alert_delivery(gen_random_uuid(), 1, 'x') $$, '42501', null, 'nor may anon');

select * from finish();
rollback;
