begin;
select plan(11);

create function pg_temp.state(at timestamptz) returns setof text
language sql as $$
    select concat_ws(' ', s.waiting_count, to_char(s.oldest_waiting_at at time zone 'UTC', 'HH24:MI'), s.failing, s.untold_count)
    from perf_internal.get_notification_state(state.at) as s;
$$;
select is(pg_temp.state('2020-01-06 10:00+00'), '0 0', 'nothing is nothing');
select perf_internal.raise_alert('drift', 'warning', null, null, 'm', as_of => '2020-01-06 10:00+00');
select perf_internal.raise_alert('small', 'info', null, null, 'm', as_of => '2020-01-06 10:00+00');
select is(pg_temp.state('2020-01-06 10:00+00'), '0 1', 'an alert without a receiver is for nobody, unless it is info');
select perf_internal.set_alert_receiver('ops', 'webhook', 'https://h.example', as_of => '2020-01-06 10:30+00');
select is(pg_temp.state('2020-01-06 10:30+00'), '1 10:30 0', 'a message waits before it is made');
create temporary table claimed as select * from perf.claim_alert_deliveries('w', as_of => '2020-01-06 10:40+00');
select is(pg_temp.state('2020-01-06 10:40+00'), '1 10:40 0', 'and until it is delivered');
select perf.fail_alert_delivery(c.delivery_id, 1, 'x', as_of => '2020-01-06 10:41+00') from claimed as c;
select is(
    pg_temp.state('2020-01-06 10:50+00'), '1 10:40 ops since 2020-01-06 10:40 UTC 0', 'receivers that fail are named'
);
update perf_internal.alert_deliveries set delivered_at = '2020-01-06 10:51+00', last_error = null;
select is(pg_temp.state('2020-01-06 10:52+00'), '0 0', 'then all is well');
select perf.set_alert_receiver('ops', 'webhook', enabled => false);
select is(pg_temp.state('2020-01-06 11:00+00'), '0 1', 'a receiver that is disabled is nobody');
update perf.model_alerts set acknowledged_at = '2020-01-06 11:00+00';
select is(pg_temp.state('2020-01-06 11:00+00'), '0 0', 'what somebody cares for need not be told');
update perf.model_alerts set acknowledged_at = null;
insert into perf.alert_silences (matcher, starts_at, ends_at, reason)
values ('{"alert_type": "drift"}', '2020-01-06 11:00+00', '2020-01-06 12:00+00', 'why');
select is(pg_temp.state('2020-01-06 11:30+00'), '0 0', 'nor what is silenced');

select perf_internal.set_alert_receiver('ops', 'webhook', as_of => '2020-01-06 11:35+00');
select perf_internal.raise_alert('late', 'warning', null, null, 'm', as_of => '2020-01-06 11:40+00');
update claimed set delivery_id = c.delivery_id from perf.claim_alert_deliveries('w', as_of => '2020-01-06 11:40+00') as c;
select is(pg_temp.state('2020-01-06 11:41+00'), '1 11:40 0', 'given a message that is out');
select perf.set_alert_receiver('ops', 'webhook', enabled => false);
select is(pg_temp.state('2020-01-06 11:41+00'), '0 1', 'it does not wait when its receiver is disabled');

select * from finish();
rollback;
