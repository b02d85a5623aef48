begin;
select plan(12);

create function pg_temp.raise_drift(severity text, at text, message text default 'It drifts.')
returns bigint
language sql as $$
    select perf_internal.raise_alert(
        'drift', severity, 'sdxl', null, message, as_of => at::timestamptz
    );
$$;
create temporary view last_event as
select e.event, e.severity, e.happened_at, e.caller, e.note
from perf.alert_events as e
order by e.id desc
limit 1;

select pg_temp.raise_drift('warning', '2020-01-06 10:00+00');

select results_eq(
    'select * from last_event',
    $$ values (
        'opened', 'warning', '2020-01-06 10:00+00'::timestamptz, null::text, 'It drifts.'
    ) $$,
    'an alert that opens is an event, with its message'
);

select pg_temp.raise_drift('warning', '2020-01-06 10:01+00');

select is((select count(*) from perf.alert_events), 1::bigint, 'a repetition is none');

select pg_temp.raise_drift('critical', '2020-01-06 10:02+00', 'It drifts far.');

select results_eq(
    'select * from last_event',
    $$ values (
        'escalated', 'critical', '2020-01-06 10:02+00'::timestamptz, null::text, 'It drifts far.'
    ) $$,
    'one that becomes more severe is'
);

update perf.model_alerts set severity = 'info', last_seen_at = '2020-01-06 10:03+00';

select results_eq(
    'select * from last_event',
    $$ values (
        'eased', 'info', '2020-01-06 10:03+00'::timestamptz, null::text, 'It drifts far.'
    ) $$,
    'so is one that becomes less severe'
);

select perf_internal.acknowledge_alert(a.id, 'we look', '2020-01-06 10:04+00')
from perf.model_alerts as a;

select results_eq(
    'select * from last_event',
    $$ values (
        'acknowledged', 'info', '2020-01-06 10:04+00'::timestamptz,
        session_user::text collate "default", 'we look'
    ) $$,
    'somebody cares'
);

update perf.model_alerts set acknowledgement_note = 'we look twice';

select is((select count(*) from perf.alert_events), 4::bigint, 'what they say later is no event');

select perf_internal.resolve_alert(a.id, 'mended', '2020-01-06 10:05+00')
from perf.model_alerts as a;

select results_eq(
    'select * from last_event',
    $$ values (
        'resolved', 'info', '2020-01-06 10:05+00'::timestamptz,
        session_user::text collate "default", 'mended'
    ) $$,
    'it is over'
);
update perf.model_alerts set last_seen_at = '2020-01-06 10:06+00';

select is((select count(*) from perf.alert_events), 5::bigint, 'nothing happens after that');

select pg_temp.raise_drift('info', '2020-01-06 11:00+00');
update perf.model_alerts
set severity = 'critical',
    last_seen_at = '2020-01-06 11:01+00',
    acknowledged_at = '2020-01-06 11:01+00',
    acknowledged_by = 'ada',
    is_resolved = true,
    resolved_timestamp = '2020-01-06 11:02+00'
where not is_resolved;

select results_eq(
    $$ select e.event, e.severity, e.happened_at, e.caller
       from perf.alert_events as e
       order by e.id
       offset 5 $$,
    $$ values
        ('opened', 'info', '2020-01-06 11:00+00'::timestamptz, null::text),
        ('escalated', 'critical', '2020-01-06 11:01+00', null),
        ('acknowledged', 'critical', '2020-01-06 11:01+00', 'ada'),
        ('resolved', 'critical', '2020-01-06 11:02+00', null) $$,
    'all of one change are noted, in order'
);

select pg_temp.raise_drift('info', '2020-01-06 12:00+00');
select perf_internal.clear_alert('drift', 'sdxl', null, 'No drift.', '2020-01-06 12:01+00');

select results_eq(
    'select * from last_event',
    $$ values (
        'resolved', 'info', '2020-01-06 12:01+00'::timestamptz, null::text, 'No drift.'
    ) $$,
    'what resolves by itself is resolved by nobody'
);

insert into perf.model_alerts (
    alert_type, severity, alert_message, alert_timestamp, is_resolved, resolved_timestamp
)
values ('old', 'info', 'It was.', '2020-01-05', true, '2020-01-06');

select results_eq(
    $$ select e.event
       from perf.alert_events as e
       join perf.model_alerts as a on a.id = e.alert_id
       where a.alert_type = 'old'
       order by e.id $$,
    array['opened', 'resolved'],
    'an alert that comes resolved was open'
);
delete from perf.model_alerts;
select is_empty('select * from perf.alert_events', 'events go with their alert');

select * from finish();
rollback;
