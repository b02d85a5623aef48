begin;
select plan(15);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
select perf.set_alert_receiver('ops', 'webhook', 'https://h.example/very-secret');
select perf_internal.raise_alert('drift', 'warning', 'sdxl', null, 'It drifts.', as_of => '2020-01-06');
select perf.fail_alert_delivery(c.delivery_id, 1, 'https://h.example/very-secret: no very-secret', as_of => '2020-01-06')
from perf.claim_alert_deliveries('w', as_of => '2020-01-06') as c;

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf_internal.alert_outbox), 1::bigint, 'an admin by token reads');
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf_internal.alert_outbox), 1::bigint, 'an analyst by token reads');
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf_internal.alert_outbox), 0::bigint, 'a recorder by token reads nothing');
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf_internal.alert_outbox), 0::bigint, 'a stranger with a token reads nothing');
set local role perf_admin;
select is((select count(*) from perf_internal.alert_outbox), 1::bigint, 'perf_admin reads');
select is_empty($$ select from perf_internal.alert_outbox as t where t::text like '%secret%' and t::text not like '%[secret]%' $$, 'no secret');
select throws_ok('delete from perf_internal.alert_outbox', '42501', null, 'perf_admin writes only by functions: delete');
select throws_ok('insert into perf_internal.alert_outbox default values', '42501', null, 'insert');
set local role perf_analyst;
select is((select count(*) from perf_internal.alert_outbox), 1::bigint, 'perf_analyst reads');
set local role service_role;
select is((select count(*) from perf_internal.alert_outbox), 1::bigint, 'service_role reads');
select throws_ok('delete from perf_internal.alert_outbox', '42501', null, 'service_role writes only by functions');
set local role perf_recorder;
select throws_ok('select from perf_internal.alert_outbox', '42501', null, 'perf_recorder reads nothing');
set local role perf_notifier;
select throws_ok('select from perf_internal.alert_outbox', '42501', null, 'perf_notifier reads no table');
select throws_ok('delete from perf_internal.alert_outbox', '42501', null, 'and writes none');
set local role anon;
select throws_ok('select from perf_internal.alert_outbox', '42501', null, 'anon reads nothing');

select * from finish();
rollback;
