-- The caller reads committed, and catches every error.
create or replace function perf_internal.open_job_alerts(
    threshold_ids bigint[],
    series_ids uuid[],
    distances double precision[]
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '100ms'
as $$
declare
    f record;
    s perf_internal.alert_states;
    v_alert_id bigint;
begin
    for f in
        select
            t as threshold,
            t.id,
            m.unit,
            n.labels,
            n.value,
            l.level,
            perf_internal.get_alert_lock('threshold', t.id, n.labels) as lock
        from (
            select
                t.id,
                e.scope || g.group_labels || jsonb_build_object(
                    'metric', t.metric_name, 'statistic', t.statistic, 'threshold_id', t.id
                ) as labels,
                max(b.distance) * case t.direction when 'below' then -1 else 1 end as value
            from unnest(
                open_job_alerts.threshold_ids,
                open_job_alerts.series_ids,
                open_job_alerts.distances
            ) as b (threshold_id, series_id, distance)
            join perf.performance_alert_thresholds as t on t.id = b.threshold_id
            join perf_internal.job_series as j on j.series_id = b.series_id
            cross join lateral (
                select perf_internal.get_threshold_scope(t.*) offset 0
            ) as e (scope)
            cross join lateral (
                select coalesce(jsonb_object_agg(k.name, j.labels -> k.name), '{}')
                from unnest(t.group_by) as k (name)
            ) as g (group_labels)
            where j.labels @> e.scope
                and not exists (
                    select
                    from perf.performance_alert_thresholds as o
                    cross join lateral (
                        select perf_internal.get_threshold_scope(o.*) offset 0
                    ) as w (scope)
                    where o.enabled
                        and o.metric_name = t.metric_name
                        and o.baseline is null
                        and w.scope <> e.scope
                        and w.scope @> e.scope
                        and j.labels @> w.scope
                )
            group by t.id, t.direction, 2
        ) as n
        join perf.performance_alert_thresholds as t on t.id = n.id
        join perf.metrics as m on m.metric = t.metric_name
        cross join lateral (
            select perf_internal.get_threshold_level(t.*, n.value, 1)
        ) as l (level)
        left join perf_internal.alert_states as a
            on a.alert_type = 'threshold'
            and a.rule_id = t.id
            and a.labels = n.labels
        -- What is open is left to the evaluation: until this transaction ends, nobody else could
        -- acknowledge or resolve it.
        where l.level > 0
            and a.alert_id is null
            and pg_column_size(n.labels) <= 1200
        order by l.level desc, t.id, n.labels
        limit 100
    loop
        perform
        from perf_internal.alert_locks as l
        where l.id = f.lock
        for no key update skip locked;
        continue when not found;
        -- A new snapshot: what others have opened until the lock was free is there.
        select a.*
        into s
        from perf_internal.alert_states as a
        where a.alert_type = 'threshold'
            and a.rule_id = f.id
            and a.labels = f.labels;
        if s.alert_id is null then
            insert into perf.model_alerts as a (
                alert_type, severity, model_type, alert_message, alert_details, alert_timestamp,
                last_seen_at, labels
            )
            values (
                'threshold',
                case f.level when 2 then 'critical' else 'warning' end,
                f.labels ->> 'model_type',
                perf_internal.get_threshold_message(
                    f.threshold, f.unit, f.labels, f.value, 1, f.level
                ),
                perf_internal.get_threshold_details(
                    f.threshold, f.unit, f.value, 1, f.level, now()
                ),
                now(),
                now(),
                f.labels
            )
            on conflict do nothing
            returning a.id into v_alert_id;
            continue when not found;
        else
            continue;
        end if;
        insert into perf_internal.alert_states as a (
            alert_type, rule_id, labels, warning_state, warning_since, critical_state,
            critical_since, alert_id
        )
        values (
            'threshold',
            f.id,
            f.labels,
            'firing',
            now(),
            case f.level when 2 then 'firing' else 'ok' end,
            case f.level when 2 then now() end,
            v_alert_id
        )
        on conflict (alert_type, rule_id, labels) do update
        set warning_state = excluded.warning_state,
            warning_since = case
                when a.warning_state = 'firing' then a.warning_since
                else excluded.warning_since
            end,
            critical_state = excluded.critical_state,
            critical_since = excluded.critical_since,
            alert_id = excluded.alert_id;
    end loop;
end
$$;

comment on function perf_internal.open_job_alerts is
    'Opens alerts of thresholds that single jobs are beyond. Arrays of equal length: thresholds, series of jobs, and values, of a threshold below negated. See perf_internal.check_new_jobs().';

revoke execute on function perf_internal.open_job_alerts from public;
