begin;
select plan(9);

select perf.set_alert_receiver('ops', 'webhook', 'https://h.example/very-secret');
select perf_internal.raise_alert('drift', 'warning', null, null, 'm', as_of => '2020-01-06 10:00+00');
create temporary table claimed as select * from perf.claim_alert_deliveries('w', as_of => '2020-01-06 10:00+00');
select results_eq(
    $$ select d.delivery_id, d.receiver, d.status, d.is_test, d.attempt_count, d.created_at, d.next_attempt_at, d.claimed_by,
           d.group_labels, d.alert_count, d.alert_ids
       from perf.get_alert_deliveries() as d $$,
    $$ select c.delivery_id, 'ops', 'sending', false, 1, '2020-01-06 10:00+00'::timestamptz, '2020-01-06 10:01+00'::timestamptz, 'w',
           '{"alert_type": "drift"}'::jsonb, 1::bigint, jsonb_build_array((select a.id from perf.model_alerts as a))
       from claimed as c $$,
    'tells of a message what it is and who has it'
);
select perf.fail_alert_delivery(c.delivery_id, 1, 'no very-secret', as_of => '2020-01-06 10:00+00') from claimed as c;
select results_eq(
    $$ select d.status, d.last_error from perf.get_alert_deliveries('ops') as d $$, $$ values ('waiting', 'no [secret]') $$,
    'and why it failed, without secrets'
);
select perf.complete_alert_delivery(c.delivery_id, 1, '2020-01-06 10:02+00') from claimed as c;
select perf_internal.send_test_alert('ops', '2020-01-06 11:00+00');
select results_eq(
    $$ select d.status, d.is_test, d.delivered_at, d.next_attempt_at, d.alert_ids <> '[]' from perf.get_alert_deliveries() as d $$,
    $$ values ('waiting', true, null::timestamptz, '2020-01-06 11:00+00'::timestamptz, false),
           ('delivered', false, '2020-01-06 10:02+00', null, true) $$,
    'the newest first'
);
select is((select count(*) from perf.get_alert_deliveries(max_rows => 1)), 1::bigint, 'at most max_rows');
select perf.set_alert_receiver('other', 'webhook', 'https://h.example');
select is((select count(*) from perf.get_alert_deliveries('other')), 0::bigint, 'of one receiver or all');
select throws_ok(
    $$ select perf.get_alert_deliveries('nobody') $$, 'PT404', 'there is no receiver "nobody"', 'a receiver that exists'
);
select throws_ok(
    $$ select perf.get_alert_deliveries(max_rows => 0) $$, '22023', 'max_rows must be between 1 and 100000, got 0', 'max_rows is positive'
);
set local role perf_analyst;
select is((select count(*) from perf.get_alert_deliveries()), 2::bigint, 'perf_analyst reads them');
set local role perf_recorder;
select throws_ok('select perf.get_alert_deliveries()', '42501', null, 'perf_recorder does not');

select * from finish();
rollback;
