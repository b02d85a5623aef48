begin;
select plan(2);

select perf.set_alert_receiver('ops', 'webhook', 'https://h.example/x');
set local role perf_admin;
select isnt(perf.send_test_alert('ops'), null, 'perf_admin tests a receiver');
set local role anon;
select throws_ok($$ select perf.send_test_alert('ops') $$, '42501', null, 'anon may not');

select * from finish();
rollback;
