create or replace function perf.get_active_alerts(
    model_type text default null,
    machine_id uuid default null,
    severity text default null,
    max_rows integer default 1000
)
returns table (
    alert_id bigint,
    alert_type text,
    severity text,
    model_type text,
    machine_id uuid,
    alert_message text,
    alert_timestamp timestamptz,
    last_seen_at timestamptz,
    repeat_count bigint,
    alert_details jsonb,
    auto_action_taken text
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.require_role('analyst');
    select perf_internal.check_max_rows(get_active_alerts.max_rows);
    select perf_internal.check_severity(get_active_alerts.severity);
    select
        a.id,
        a.alert_type,
        a.severity,
        a.model_type,
        a.machine_id,
        a.alert_message,
        a.alert_timestamp,
        a.last_seen_at,
        a.repeat_count,
        a.alert_details,
        a.auto_action_taken
    from perf.model_alerts as a
    where not a.is_resolved
        and (
            get_active_alerts.model_type is null
            or a.model_type = (select btrim(get_active_alerts.model_type))
        )
        and (
            get_active_alerts.machine_id is null
            or a.machine_id = get_active_alerts.machine_id
        )
        and (get_active_alerts.severity is null or a.severity = get_active_alerts.severity)
    order by
        array_position(array['critical', 'warning', 'info'], a.severity),
        a.alert_timestamp desc,
        a.id desc
    limit get_active_alerts.max_rows;
$$;

comment on function perf.get_active_alerts is
    'Open alerts, the most severe first and of these the newest: of one model type or all, on one machine or all and none, of one severity or all. alert_timestamp is when it was first seen, last_seen_at and the rest are of the last time. At most max_rows, 1 to 100000. Errors: 22023 bad argument, 42501 not an analyst.';

revoke execute on function perf.get_active_alerts from public;
grant execute on function perf.get_active_alerts
    to authenticated, service_role, perf_admin, perf_analyst;
