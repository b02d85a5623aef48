begin;
select plan(7);

select perf.set_alert_receiver('ops', 'webhook', 'https://h.example');
select perf_internal.raise_alert('drift', 'warning', null, null, 'm', as_of => '2020-01-06 10:00+00');
create temporary table claimed as select * from perf.claim_alert_deliveries('w', as_of => '2020-01-06 10:00+00');
select is(perf_internal.delete_alert_receiver(' ops '), true, 'deletes a receiver');
select is(
    (select count(*) from perf_internal.receiver_addresses)
        + (select count(*) from perf_internal.alert_deliveries)
        + (select count(*) from perf_internal.alert_outbox),
    0::bigint,
    'with address and messages'
);
select is(perf.complete_alert_delivery(c.delivery_id, 1), false, 'a message that is out is over') from claimed as c;
select is(perf.fail_alert_delivery(c.delivery_id, 1, 'x'), null, 'however it ends') from claimed as c;
select is(perf_internal.delete_alert_receiver('ops'), false, 'a second time there is none');
select throws_ok(
    'select perf_internal.delete_alert_receiver(null)', '22023', 'receiver_name must not be null', 'a name is needed'
);
set local role perf_analyst;
select throws_ok($$ select perf.delete_alert_receiver('ops') $$, '42501', null, 'perf_analyst may not');

select * from finish();
rollback;
