begin;
select plan(5);

select perf_internal.raise_alert(a.type, a.severity, null, null, 'm', as_of => '2020-01-06 10:00+00')
from (values ('one', 'warning'), ('two', 'info'), ('over', 'critical')) as a (type, severity);
select perf_internal.clear_alert('over', null, null, as_of => '2020-01-06 10:01+00');
insert into perf.alert_receivers (receiver_name, kind, group_wait) values ('ops', 'webhook', '30 s');
select is(
    (select perf_internal.queue_open_alerts(r, '2020-01-06 11:00+00') from perf.alert_receivers as r), 1::bigint,
    'queues open alerts that a receiver takes'
);
select results_eq(
    $$ select a.alert_type, e.event, o.group_labels, o.deliver_after
       from perf_internal.alert_outbox as o join perf.alert_events as e on e.id = o.event_id
       join perf.model_alerts as a on a.id = e.alert_id $$,
    $$ values ('one', 'opened', '{"alert_type": "one"}'::jsonb, '2020-01-06 11:00:30+00'::timestamptz) $$,
    'as opened, after its group_wait'
);
select is(
    (select perf_internal.queue_open_alerts(r, '2020-01-06 11:00+00') from perf.alert_receivers as r), 0::bigint,
    'not those that are queued'
);
update perf_internal.alert_outbox set dropped_at = '2020-01-06 11:30+00';
select is(
    (select perf_internal.queue_open_alerts(r, '2020-01-06 12:00+00') from perf.alert_receivers as r), 1::bigint,
    'but those that were dropped'
);
select is(
    (select count(*) from perf_internal.alert_outbox as o where o.dropped_at is null), 1::bigint, 'in the same row'
);

select * from finish();
rollback;
