-- Without nested loops, as perf_internal.get_alert_mutes().
create or replace function perf.get_active_alerts(
    model_type text default null,
    machine_id uuid default null,
    severity text default null,
    max_rows integer default 1000,
    labels jsonb default '{}',
    alert_type text default null,
    is_muted boolean default null,
    as_of timestamptz default now()
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
    auto_action_taken text,
    labels jsonb,
    acknowledged_at timestamptz,
    acknowledged_by text,
    silenced_until timestamptz,
    silence_id bigint,
    inhibited_by bigint
)
language sql
stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off
set jit = off
as $$
    select perf_internal.require_role('analyst');
    select perf_internal.check_max_rows(get_active_alerts.max_rows);
    select perf_internal.check_severity(get_active_alerts.severity);
    select perf_internal.check_matcher('labels', get_active_alerts.labels);
    select perf_internal.check_as_of(get_active_alerts.as_of);
    -- The dead-man's switch: without it no alert would look the same as no evaluation.
    select
        null::bigint,
        'evaluation_late',
        'critical',
        null,
        null::uuid,
        format(
            'Thresholds and objectives are not evaluated since %s UTC. Alerts of them are old, and new ones do not open.',
            to_char(d.late_since at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')
        ),
        d.late_since,
        get_active_alerts.as_of,
        0::bigint,
        '{}'::jsonb,
        null,
        '{}'::jsonb,
        null::timestamptz,
        null,
        null::timestamptz,
        null::bigint,
        null::bigint
    from perf_internal.get_evaluation_delay(get_active_alerts.as_of) as d (late_since)
    where d.late_since is not null
    union all
    (
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
            a.auto_action_taken,
            a.labels,
            a.acknowledged_at,
            a.acknowledged_by,
            m.silenced_until,
            m.silence_id,
            m.inhibited_by
        from perf.model_alerts as a
        left join perf_internal.get_alert_mutes(get_active_alerts.as_of) as m on m.alert_id = a.id
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
            and (
                get_active_alerts.alert_type is null
                or a.alert_type = (select btrim(get_active_alerts.alert_type))
            )
            and (
                get_active_alerts.is_muted is null
                or (m.alert_id is not null) = get_active_alerts.is_muted
            )
            and (
                get_active_alerts.labels = '{}'
                or perf_internal.matches_alert(
                    get_active_alerts.labels,
                    perf_internal.get_alert_labels(
                        a.alert_type, a.severity, a.model_type, a.machine_id, a.labels
                    )
                )
            )
        order by
            array_position(array['critical', 'warning', 'info'], a.severity),
            a.alert_timestamp desc,
            a.id desc
        limit get_active_alerts.max_rows
    )
    limit get_active_alerts.max_rows;
$$;

comment on function perf.get_active_alerts is
    'Open alerts, the most severe first and of these the newest: of one model type or all, on one machine or all and none, of one severity, of one alert type, with these labels (a matcher as in perf.create_alert_silence), muted or not. alert_timestamp is when it was first seen, last_seen_at and the rest are of the last time. Muted are alerts of which nobody is told: by a silence until silenced_until, or because the critical alert inhibited_by is open for the same series. While enabled rules are evaluated no more for three minutes, the first row, whatever is asked for, is evaluation_late without alert_id. At most max_rows, 1 to 100000. Errors: 22023 bad argument, 42501 not an analyst.';

revoke execute on function perf.get_active_alerts from public;
grant execute on function perf.get_active_alerts
    to authenticated, service_role, perf_admin, perf_analyst;
