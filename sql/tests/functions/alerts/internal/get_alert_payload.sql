begin;
select plan(16);

insert into perf.performance_alert_thresholds (
    id, metric_name, warning_threshold, critical_threshold, statistic, direction, description, runbook_url
) overriding system value
values (77, 'response_time_ms', 1, 2, 'avg', 'above', 'It is slow.', 'https://wiki.example/slow');
insert into perf.slo_objectives (objective_name, metric_name, target, runbook_url)
values ('fast', 'success_rate', 0.99, 'https://wiki.example/fast');
insert into perf.model_alerts (
    alert_type, severity, model_type, alert_message, alert_timestamp, last_seen_at, labels, alert_details
) values
    ('threshold', 'warning', null, 'Slow.', '2020-01-06 10:00+00', '2020-01-06 10:30+00',
        '{"metric": "response_time_ms", "threshold_id": 77}', '{"value": 1.5}'),
    ('slo_burn_rate', 'critical', 'sdxl', 'Burns.', '2020-01-06 11:00+00', '2020-01-06 11:00+00', '{"objective": "fast"}', '{}');

set local timezone = 'Asia/Tokyo';
create temporary table said as
select perf_internal.get_alert_payload(
    '00000000-0000-4000-8000-000000000001', 'ops', '{"x": 1}', array_agg(a.id),
    (select array_agg(e.id) from perf.alert_events as e join perf.model_alerts as b on b.id = e.alert_id where b.alert_type = 'threshold')
) as payload
from perf.model_alerts as a;
select is(
    (select s.payload - 'alerts' from said as s),
    '{"version": 1, "delivery_id": "00000000-0000-4000-8000-000000000001", "receiver": "ops", "status": "firing",
      "is_test": false, "group_labels": {"x": 1}, "alert_count": 2}',
    'a message says who is told of what group'
);
select is(
    (select (s.payload #> '{alerts,0}') - 'alert_id' from said as s),
    '{"alert_type": "threshold", "status": "firing", "severity": "warning", "message": "Slow.",
      "labels": {"metric": "response_time_ms", "threshold_id": 77, "alert_type": "threshold", "severity": "warning"},
      "details": {"value": 1.5}, "starts_at": "2020-01-06T10:00:00+00:00", "ends_at": null,
      "last_seen_at": "2020-01-06T10:30:00+00:00", "description": "It is slow.",
      "runbook_url": "https://wiki.example/slow", "acknowledged_by": null, "acknowledgement_note": null,
      "resolved_by": null, "resolution_note": null, "auto_action_taken": null, "events": ["opened"], "is_repeat": false}',
    'and of each alert what a person needs, those with events first, times in UTC'
);
select is(
    (select s.payload #>> '{alerts,1,runbook_url}' from said as s), 'https://wiki.example/fast',
    'the runbook of an objective is that of its name'
);
select is(
    (select jsonb_build_array(s.payload #> '{alerts,1,is_repeat}', s.payload #> '{alerts,1,events}') from said as s),
    '[true, []]',
    'an alert without an event is repeated'
);
select is(
    (select (s.payload #> '{alerts,0,alert_id}')::bigint from said as s),
    (select a.id from perf.model_alerts as a where a.alert_type = 'threshold'),
    'alert_id is the key of the alert'
);

update perf.model_alerts set acknowledged_at = '2020-01-06 11:30+00', acknowledged_by = 'ada', acknowledgement_note = 'mine'
where alert_type = 'threshold';
update perf.model_alerts set is_resolved = true, resolved_timestamp = '2020-01-06 12:00+00', resolution_note = 'done', resolved_by = 'ada';
update said set payload = (
    select perf_internal.get_alert_payload(
        '00000000-0000-4000-8000-000000000001', 'ops', '{}', array_agg(a.id), (select array_agg(e.id) from perf.alert_events as e)
    )
    from perf.model_alerts as a
);
select is((select s.payload ->> 'status' from said as s), 'resolved', 'a message of alerts that are over is resolved');
select is(
    (select s.payload #> '{alerts,0,severity}' from said as s), '"critical"', 'of two with events the more severe comes first'
);
select is(
    (select s.payload #> '{alerts,1,events}' from said as s), '["opened", "acknowledged", "resolved"]',
    'events come in their order'
);
select is(
    (select jsonb_build_array(a -> 'status', a -> 'ends_at', a -> 'acknowledged_by', a -> 'acknowledgement_note',
        a -> 'resolved_by', a -> 'resolution_note')
     from said as s cross join lateral (select s.payload #> '{alerts,1}' as a) as x),
    '["resolved", "2020-01-06T12:00:00+00:00", "ada", "mine", "ada", "done"]',
    'it says who did what'
);

insert into perf.model_alerts (alert_type, severity, alert_message, alert_timestamp, labels)
select 'many', case when n = 120 then 'critical' else 'warning' end, 'm', '2020-01-06', jsonb_build_object('n', n)
from generate_series(1, 120) as n;
update said set payload = (
    select perf_internal.get_alert_payload(
        '00000000-0000-4000-8000-000000000001', 'ops', '{}', array_agg(a.id),
        (select array_agg(e.id) from perf.alert_events as e join perf.model_alerts as b on b.id = e.alert_id where b.labels -> 'n' = '119')
    )
    from perf.model_alerts as a
    where a.alert_type = 'many'
);
select is((select jsonb_array_length(s.payload -> 'alerts') from said as s), 100, 'of many alerts 100 are listed');
select is((select s.payload -> 'alert_count' from said as s), '120', 'and all are counted');
select is(
    (select jsonb_build_array(s.payload #> '{alerts,0,labels,n}', s.payload #> '{alerts,1,labels,n}') from said as s),
    '[119, 120]',
    'first what is new, then the most severe'
);
create function pg_temp.named(last_number integer) returns text
language sql as $$
    select string_agg(x.alert #>> '{labels,n}', ' ' order by x.place)
    from jsonb_array_elements(
        perf_internal.get_alert_payload(
            '00000000-0000-4000-8000-000000000001', 'ops', '{}',
            (select array_agg(a.id) from perf.model_alerts as a where a.alert_type = 'many' and (a.labels -> 'n')::integer > 114),
            (select array_agg(e.id) from perf.alert_events as e join perf.model_alerts as b on b.id = e.alert_id where b.labels -> 'n' = '119'),
            (select a.id from perf.model_alerts as a where a.labels -> 'n' = to_jsonb(named.last_number))
        ) -> 'alerts'
    ) with ordinality as x (alert, place);
$$;
select is(pg_temp.named(116), '119 117 118 120 115 116', 'repeats begin after the last alert of the message before');
select is(pg_temp.named(118), '119 120 115 116 117 118', 'and after the last of all with the first');
select is(pg_temp.named(120), '119 115 116 117 118 120', 'also where the last was the most severe');
select is(
    perf_internal.get_alert_payload('00000000-0000-4000-8000-000000000001', 'ops', '{}', '{}', '{}') -> 'alerts',
    '[]', 'no alerts are an empty list'
);

select * from finish();
rollback;
