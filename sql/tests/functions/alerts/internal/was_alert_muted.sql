begin;
select plan(8);

-- An alert that ended at 11:00.
create function pg_temp.was_muted(severity text, labels jsonb) returns boolean
language sql as $$
    select perf_internal.was_alert_muted(
        jsonb_populate_record(
            null::perf.model_alerts,
            jsonb_build_object(
                'alert_type', 'threshold',
                'severity', was_muted.severity,
                'labels', was_muted.labels,
                'alert_timestamp', '2020-01-06 10:00+00',
                'is_resolved', true,
                'resolved_timestamp', '2020-01-06 11:00+00'
            )
        )
    );
$$;

select ok(not pg_temp.was_muted('warning', '{"metric": "x"}'), 'an alert is muted by nothing');
insert into perf.alert_silences (matcher, starts_at, ends_at, reason) values
    ('{"model": "a"}', '2020-01-06 11:00+00', '2020-01-06 11:30+00', 'why'),
    ('{"model": "b"}', '2020-01-06 10:00+00', '2020-01-06 11:00+00', 'why');
select ok(pg_temp.was_muted('critical', '{"model": "a"}'), 'a silence that held when it ended muted it');
select ok(not pg_temp.was_muted('critical', '{"model": "b"}'), 'one that was over by then did not');
insert into perf.model_alerts (
    alert_type, severity, alert_message, labels, alert_timestamp, is_resolved, resolved_timestamp
) values
    ('threshold', 'critical', 'm', '{"metric": "open", "threshold_id": 1}', '2020-01-06 10:30+00', false, null),
    ('threshold', 'critical', 'm', '{"metric": "same"}', '2020-01-06 10:30+00', true, '2020-01-06 11:00+00'),
    ('threshold', 'critical', 'm', '{"metric": "before"}', '2020-01-06 10:30+00', true, '2020-01-06 10:59+00'),
    ('threshold', 'critical', 'm', '{"metric": "after"}', '2020-01-06 11:01+00', false, null);
select ok(
    pg_temp.was_muted('warning', '{"metric": "open", "threshold_id": 2}'),
    'a critical alert of the same series that is open mutes a warning'
);
select ok(not pg_temp.was_muted('critical', '{"metric": "open"}'), 'but no critical alert');
select ok(pg_temp.was_muted('warning', '{"metric": "same"}'), 'one that ended at the same time did, too');
select ok(not pg_temp.was_muted('warning', '{"metric": "before"}'), 'one that ended before did not');
select ok(not pg_temp.was_muted('warning', '{"metric": "after"}'), 'nor one that opened after');

select * from finish();
rollback;
