begin;
select plan(3);

select perf.set_alert_receiver('ops', 'webhook', 'https://h.example/x');
set local role perf_admin;
select is(perf.delete_alert_receiver('ops'), true, 'perf_admin deletes a receiver');
select is(perf.delete_alert_receiver('ops'), false, 'once');
set local role anon;
select throws_ok($$ select perf.delete_alert_receiver('ops') $$, '42501', null, 'anon may not');

select * from finish();
rollback;
