create or replace function perf.get_alert_history(
    start_time timestamptz,
    end_time timestamptz default now(),
    alert_type text default null,
    model_type text default null,
    labels jsonb default '{}',
    max_rows integer default 1000
)
returns table (
    alert_id bigint,
    alert_type text,
    severity text,
    model_type text,
    machine_id uuid,
    labels jsonb,
    alert_message text,
    alert_details jsonb,
    alert_timestamp timestamptz,
    resolved_timestamp timestamptz,
    duration interval,
    is_resolved boolean,
    repeat_count bigint,
    acknowledged_at timestamptz,
    acknowledged_by text,
    acknowledgement_note text,
    resolved_by text,
    resolution_note text,
    auto_action_taken text,
    events jsonb
)
language sql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO'
as $$
    select perf_internal.require_role('analyst');
    select perf_internal.check_time_range(
        get_alert_history.start_time, get_alert_history.end_time
    );
    select perf_internal.check_matcher('labels', get_alert_history.labels);
    select perf_internal.check_max_rows(get_alert_history.max_rows);
    select
        a.id,
        a.alert_type,
        a.severity,
        a.model_type,
        a.machine_id,
        a.labels,
        a.alert_message,
        a.alert_details,
        a.alert_timestamp,
        a.resolved_timestamp,
        coalesce(a.resolved_timestamp, get_alert_history.end_time) - a.alert_timestamp,
        a.is_resolved,
        a.repeat_count,
        a.acknowledged_at,
        a.acknowledged_by,
        a.acknowledgement_note,
        a.resolved_by,
        a.resolution_note,
        a.auto_action_taken,
        coalesce(
            (
                select jsonb_agg(
                    jsonb_build_object(
                        'event', e.event,
                        'severity', e.severity,
                        'happened_at', e.happened_at,
                        'caller', e.caller,
                        'note', e.note
                    )
                    order by e.id
                )
                from perf.alert_events as e
                where e.alert_id = a.id
            ),
            '[]'
        )
    from perf.model_alerts as a
    where a.alert_timestamp < get_alert_history.end_time
        and (
            a.resolved_timestamp is null
            or a.resolved_timestamp > get_alert_history.start_time
            -- One that was over at once.
            or a.alert_timestamp >= get_alert_history.start_time
        )
        and (
            get_alert_history.alert_type is null
            or a.alert_type = (select btrim(get_alert_history.alert_type))
        )
        and (
            get_alert_history.model_type is null
            or a.model_type = (select btrim(get_alert_history.model_type))
        )
        and (
            get_alert_history.labels = '{}'
            or perf_internal.matches_alert(
                get_alert_history.labels,
                perf_internal.get_alert_labels(
                    a.alert_type, a.severity, a.model_type, a.machine_id, a.labels
                )
            )
        )
    order by a.alert_timestamp desc, a.id desc
    limit get_alert_history.max_rows;
$$;

comment on function perf.get_alert_history is
    'Alerts that were open at any time from start_time to end_time, the newest first: of one alert type, of one model type, with these labels (a matcher as in perf.create_alert_silence), or all. duration is how long each was open, of an open one until end_time. events are what happened to it, in order: opened, escalated, eased, acknowledged, resolved, with severity, time (UTC), caller and note. At most max_rows, 1 to 100000. Errors: 22023 bad argument, 42501 not an analyst.';

revoke execute on function perf.get_alert_history from public;
grant execute on function perf.get_alert_history
    to authenticated, service_role, perf_admin, perf_analyst;
