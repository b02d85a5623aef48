begin;
select plan(11);

select perf.set_alert_receiver('ops', 'webhook', 'https://h.example');
create temporary table test as select perf_internal.send_test_alert(' ops ', '2020-01-06 10:00+00') as id;
select results_eq(
    $$ select c.delivery_id, c.payload -> 'is_test', c.payload ->> 'status', c.payload -> 'group_labels', c.payload #>> '{alerts,0,message}'
       from perf.claim_alert_deliveries('w', as_of => '2020-01-06 10:00+00') as c $$,
    $$ select t.id, 'true'::jsonb, 'firing', '{}'::jsonb, 'This is a test of the receiver ops. Nothing is wrong.' from test as t $$,
    'sends a message that says that it is a test'
);
select is((select count(*) from perf.model_alerts), 0::bigint, 'it is no alert');
select is(
    perf_internal.send_test_alert('ops', '2020-01-06 10:00:30+00'), (select t.id from test as t), 'while it is out it is the same'
);
select is(
    (select count(*) from perf.claim_alert_deliveries('w', as_of => '2020-01-06 10:00:30+00')), 0::bigint, 'and stays with its worker'
);
select perf.fail_alert_delivery(t.id, 1, 'x', '1 hour', '2020-01-06 10:00:40+00') from test as t;
select perf_internal.send_test_alert('ops', '2020-01-06 10:01+00');
select is(
    (select count(*) from perf.claim_alert_deliveries('w', as_of => '2020-01-06 10:01+00')), 1::bigint, 'one that failed is due at once'
);
select perf.complete_alert_delivery(t.id, 2, '2020-01-06 10:01+00') from test as t;
select is(
    (select count(*) from perf.claim_alert_deliveries('w', as_of => '2020-02-06 10:01+00')), 0::bigint, 'a test is not repeated'
);
select isnt(
    perf_internal.send_test_alert('ops', '2020-01-06 11:00+00'), (select t.id from test as t), 'the next test is another message'
);
select throws_ok(
    $$ select perf_internal.send_test_alert('nobody') $$, 'PT404', 'there is no receiver "nobody"', 'the receiver exists'
);
select throws_ok($$ select perf_internal.send_test_alert(null) $$, 'PT404', 'there is no receiver null', 'and is named');
select perf.set_alert_receiver('ops', 'webhook', enabled => false);
select throws_ok(
    $$ select perf_internal.send_test_alert('ops') $$, 'PT409', 'receiver "ops" is disabled', 'and is enabled'
);
set local role perf_analyst;
select throws_ok($$ select perf.send_test_alert('ops') $$, '42501', null, 'perf_analyst may not');

select * from finish();
rollback;
