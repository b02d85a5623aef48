begin;
select plan(10);

select perf.set_alert_receiver('ops', 'webhook', 'https://h.example', repeat_interval => '2 hours');
select perf_internal.raise_alert('drift', 'warning', null, null, 'm', as_of => '2020-01-06 10:00+00');
create temporary table claimed as
select * from perf.claim_alert_deliveries('w', as_of => '2020-01-06 10:00+00');
select is(perf_internal.complete_alert_delivery(c.delivery_id, 2), false, 'another attempt changes nothing') from claimed as c;
select is(perf_internal.complete_alert_delivery(c.delivery_id, 0), false, 'nor does an earlier one') from claimed as c;
select is(perf_internal.complete_alert_delivery(c.delivery_id, null), false, 'nor none') from claimed as c;
select is(
    perf_internal.complete_alert_delivery(c.delivery_id, 1, '2020-01-06 10:30+00'), true,
    'the attempt that has it completes it, also after the end of the lease'
) from claimed as c;
select results_eq(
    $$ select d.delivered_at, d.lease_expires_at, d.repeat_after from perf_internal.alert_deliveries as d $$,
    $$ values ('2020-01-06 10:30+00'::timestamptz, null::timestamptz, '2020-01-06 12:30+00'::timestamptz) $$,
    'and what is open is repeated after repeat_interval'
);
select is(perf_internal.complete_alert_delivery(c.delivery_id, 1), false, 'a second time it was over') from claimed as c;
select perf_internal.clear_alert('drift', null, null, as_of => '2020-01-06 11:00+00');
update claimed set delivery_id = c.delivery_id from perf.claim_alert_deliveries('w', as_of => '2020-01-06 11:00+00') as c;
select perf_internal.complete_alert_delivery(c.delivery_id, 1, '2020-01-06 11:00+00') from claimed as c;
select is(
    (select count(*) from perf_internal.alert_deliveries as d where d.repeat_after is not null), 0::bigint,
    'what is over is not'
);
select is(perf_internal.complete_alert_delivery(gen_random_uuid(), 1), false, 'a message that is gone is over');
select throws_ok(
    $$ select perf_internal.complete_alert_delivery(gen_random_uuid(), 1, null) $$, '22023',
    'as_of must be a point in time, got null', 'time is needed'
);
set local role service_role;
select throws_ok(
    $$ select perf.complete_alert_delivery(gen_random_uuid(), 1) $$, '42501', null, 'service_role may not'
);

select * from finish();
rollback;
