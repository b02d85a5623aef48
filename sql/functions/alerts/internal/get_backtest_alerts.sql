create or replace function perf_internal.get_backtest_alerts(
    threshold perf.performance_alert_thresholds,
    series_ids uuid[],
    group_numbers integer[],
    first_at timestamptz,
    end_time timestamptz,
    step interval,
    is_raw boolean
)
returns table (
    group_number integer,
    severity text,
    fired_at timestamptz,
    resolved_at timestamptz,
    fired_value double precision,
    worst_value double precision,
    is_flap boolean
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select h.group_number, a.*
    from (
        select
            r.group_number,
            array_agg(r.as_of order by r.as_of) as times,
            array_agg(r.value order by r.as_of) as sample_values,
            array_agg(r.sample_count order by r.as_of) as sample_counts,
            array_agg(r.is_dead order by r.as_of) as are_dead
        from perf_internal.read_threshold_history(
            get_backtest_alerts.threshold,
            get_backtest_alerts.series_ids,
            get_backtest_alerts.group_numbers,
            get_backtest_alerts.first_at,
            get_backtest_alerts.end_time,
            get_backtest_alerts.step,
            get_backtest_alerts.is_raw,
            false
        ) as r
        group by r.group_number
    ) as h
    cross join lateral perf_internal.replay_alert_states(
        get_backtest_alerts.threshold,
        h.times,
        h.sample_values,
        h.sample_counts,
        h.are_dead,
        get_backtest_alerts.end_time,
        get_backtest_alerts.step
    ) as a;
$$;

comment on function perf_internal.get_backtest_alerts is
    'The alerts that a threshold would have opened, by the number of the group. See perf_internal.replay_alert_states.';

revoke execute on function perf_internal.get_backtest_alerts from public;
grant execute on function perf_internal.get_backtest_alerts
    to authenticated, service_role, perf_admin, perf_analyst;
