-- Of two at once the second waits at the unique index until the first ends, and updates its alert.
create or replace function perf_internal.raise_alert(
    alert_type text,
    severity text,
    model_type text,
    machine_id uuid,
    message text,
    details jsonb default '{}',
    action text default null,
    as_of timestamptz default now(),
    labels jsonb default '{}'
)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into perf.model_alerts as a (
        alert_type, severity, model_type, machine_id, alert_message, alert_details,
        auto_action_taken, alert_timestamp, last_seen_at, labels
    )
    values (
        raise_alert.alert_type,
        raise_alert.severity,
        raise_alert.model_type,
        raise_alert.machine_id,
        raise_alert.message,
        coalesce(raise_alert.details, '{}'),
        raise_alert.action,
        raise_alert.as_of,
        raise_alert.as_of,
        raise_alert.labels
    )
    on conflict (alert_type, model_type, machine_id, labels) where not is_resolved do update
    set alert_message = excluded.alert_message,
        alert_details = excluded.alert_details,
        severity = case
            when array_position(array['info', 'warning', 'critical'], excluded.severity)
                > array_position(array['info', 'warning', 'critical'], a.severity)
            then excluded.severity
            else a.severity
        end,
        auto_action_taken = coalesce(excluded.auto_action_taken, a.auto_action_taken),
        repeat_count = a.repeat_count + 1,
        last_seen_at = greatest(a.last_seen_at, excluded.last_seen_at)
    returning a.id;
$$;

comment on function perf_internal.raise_alert is
    'Opens an alert and returns its id. An alert of the type for the model type, machine and labels that is open is updated: message, details, action, last_seen_at and repeat_count, and its severity may rise. Errors: 23514 unknown severity, no alert type.';

revoke execute on function perf_internal.raise_alert from public;
