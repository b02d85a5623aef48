-- UTC, because times become text here.
create or replace function perf_internal.get_alert_payload(
    delivery_id uuid,
    receiver_name text,
    group_labels jsonb,
    alert_ids bigint[],
    event_ids bigint[],
    last_alert_id bigint default null
)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
    with events as (
        select e.alert_id, jsonb_agg(e.event order by e.id) as events
        from perf.alert_events as e
        where e.id = any (get_alert_payload.event_ids)
        group by e.alert_id
    ),
    alerts as (
        select
            a as alert,
            e.events,
            row_number() over (
                order by
                    (e.events is null),
                    not a.is_resolved,
                    coalesce(
                        e.events is null
                        and (s.severity_number, a.alert_timestamp, a.id)
                            <= (l.severity_number, l.alert_timestamp, l.id),
                        false
                    ),
                    s.severity_number,
                    a.alert_timestamp,
                    a.id
            ) as place
        from perf.model_alerts as a
        cross join lateral array_position(
            array['critical', 'warning', 'info'], a.severity
        ) as s (severity_number)
        left join events as e on e.alert_id = a.id
        left join (
            select
                b.id,
                b.alert_timestamp,
                array_position(array['critical', 'warning', 'info'], b.severity) as severity_number
            from perf.model_alerts as b
            where b.id = get_alert_payload.last_alert_id
        ) as l on true
        where a.id = any (get_alert_payload.alert_ids)
    ),
    texts as (
        select
            l.place,
            l.alert,
            l.events,
            coalesce(t.description, s.description, b.description) as description,
            coalesce(t.runbook_url, s.runbook_url, b.runbook_url) as runbook_url
        from alerts as l
        left join perf.performance_alert_thresholds as t
            on (l.alert).alert_type in ('threshold', 'anomaly')
            and (l.alert).labels -> 'threshold_id' = to_jsonb(t.id)
        left join perf.slo_objectives as s
            on (l.alert).alert_type = 'slo_burn_rate'
            and (l.alert).labels ->> 'objective' = s.objective_name
        left join perf.budgets as b
            on (l.alert).alert_type = 'budget'
            and (l.alert).labels ->> 'budget' = b.budget_name
        where l.place <= 100
    )
    select jsonb_build_object(
        'version', 1,
        'delivery_id', get_alert_payload.delivery_id,
        'receiver', get_alert_payload.receiver_name,
        'status', case
            when (select bool_and((l.alert).is_resolved) from alerts as l) then 'resolved'
            else 'firing'
        end,
        'is_test', false,
        'group_labels', get_alert_payload.group_labels,
        'alert_count', (select count(*) from alerts as l),
        'alerts', (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'alert_id', (x.alert).id,
                        'alert_type', (x.alert).alert_type,
                        'status', case when (x.alert).is_resolved then 'resolved' else 'firing' end,
                        'severity', (x.alert).severity,
                        'message', (x.alert).alert_message,
                        'labels', perf_internal.get_alert_labels(
                            (x.alert).alert_type,
                            (x.alert).severity,
                            (x.alert).model_type,
                            (x.alert).machine_id,
                            (x.alert).labels
                        ),
                        'details', (x.alert).alert_details,
                        'starts_at', (x.alert).alert_timestamp,
                        'ends_at', (x.alert).resolved_timestamp,
                        'last_seen_at', (x.alert).last_seen_at,
                        'description', x.description,
                        'runbook_url', x.runbook_url,
                        'acknowledged_by', (x.alert).acknowledged_by,
                        'acknowledgement_note', (x.alert).acknowledgement_note,
                        'resolved_by', (x.alert).resolved_by,
                        'resolution_note', (x.alert).resolution_note,
                        'auto_action_taken', (x.alert).auto_action_taken,
                        'events', coalesce(x.events, '[]'),
                        'is_repeat', x.events is null
                    )
                    order by x.place
                ),
                '[]'
            )
            from texts as x
        )
    );
$$;

comment on function perf_internal.get_alert_payload is
    'What a message says: of at most 100 of these alerts, first those with events, those that are over, the most severe and the oldest. Of alerts without events those come first that are after last_alert_id in this order. alert_count counts all. An alert without one of these events is_repeat.';

revoke execute on function perf_internal.get_alert_payload from public;
