-- As perf_internal.get_alert_mutes() for open alerts. An alert that ended in the same evaluation as the
-- critical one that inhibited it was inhibited to the end, whichever of the two was resolved first.
create or replace function perf_internal.was_alert_muted(alert perf.model_alerts)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_alert perf.model_alerts := was_alert_muted.alert;
    v_labels jsonb := perf_internal.get_alert_labels(
        v_alert.alert_type, v_alert.severity, v_alert.model_type, v_alert.machine_id, v_alert.labels
    );
    v_ignored text[] := array['threshold_id', 'statistic', 'objective'];
begin
    return exists (
        select
        from perf.alert_silences as s
        where s.starts_at <= v_alert.resolved_timestamp
            and s.ends_at > v_alert.resolved_timestamp
            and perf_internal.matches_alert(s.matcher, v_labels)
    ) or (
        v_alert.severity <> 'critical'
        and v_alert.labels ? 'metric'
        and exists (
            select
            from perf.model_alerts as c
            where c.labels ? 'metric'
                and c.labels - v_ignored = v_alert.labels - v_ignored
                and c.model_type is not distinct from v_alert.model_type
                and c.machine_id is not distinct from v_alert.machine_id
                and c.alert_timestamp <= v_alert.resolved_timestamp
                and (
                    not c.is_resolved
                    or (c.is_resolved and c.resolved_timestamp >= v_alert.resolved_timestamp)
                )
                -- The severity that it had then.
                and (
                    select e.severity
                    from perf.alert_events as e
                    where e.alert_id = c.id
                        and e.happened_at <= v_alert.resolved_timestamp
                    order by e.id desc
                    limit 1
                ) = 'critical'
        )
    );
end
$$;

comment on function perf_internal.was_alert_muted is
    'Whether an alert that is over was silenced or inhibited when it ended.';

revoke execute on function perf_internal.was_alert_muted from public;
