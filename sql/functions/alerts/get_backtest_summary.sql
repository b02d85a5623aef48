create or replace function perf.get_backtest_summary(
    threshold_id bigint,
    start_time timestamptz,
    end_time timestamptz default now(),
    step interval default null
)
returns table (
    alert_count bigint,
    critical_count bigint,
    alerts_per_week double precision,
    critical_per_week double precision,
    firing_share double precision,
    flap_count bigint,
    median_duration interval,
    longest_duration interval,
    worst_value double precision,
    noisiest_labels jsonb,
    group_count bigint,
    firing_group_count bigint,
    used_step interval,
    step_count bigint,
    source text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_weeks double precision;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_time_range(
        get_backtest_summary.start_time, get_backtest_summary.end_time
    );
    v_weeks := nullif(
        extract(epoch from get_backtest_summary.end_time - get_backtest_summary.start_time), 0
    ) / 604800;
    return query
    select
        t.alert_count,
        t.critical_count,
        t.alert_count / v_weeks,
        t.critical_count / v_weeks,
        extract(epoch from t.total_duration)::double precision
            / nullif(cardinality(b.groups), 0) / (v_weeks * 604800),
        t.flap_count,
        t.median_duration,
        t.longest_duration,
        t.worst_value,
        b.groups[t.noisiest_group],
        cardinality(b.groups)::bigint,
        t.firing_group_count,
        b.used_step,
        b.step_count,
        case when b.is_raw then 'raw' else 'hourly' end
    from perf_internal.get_backtest(
        get_backtest_summary.threshold_id,
        get_backtest_summary.start_time,
        get_backtest_summary.end_time,
        get_backtest_summary.step
    ) as b
    cross join lateral (
        select
            count(*) as alert_count,
            count(*) filter (where a.severity = 'critical') as critical_count,
            coalesce(sum(a.duration), '0') as total_duration,
            count(*) filter (where a.is_flap) as flap_count,
            percentile_disc(0.5) within group (order by a.duration) as median_duration,
            max(a.duration) as longest_duration,
            case (b.threshold).direction
                when 'above' then max(a.worst_value)
                when 'below' then min(a.worst_value)
                else max(abs(a.worst_value))
            end as worst_value,
            mode() within group (order by a.group_number) as noisiest_group,
            count(distinct a.group_number) as firing_group_count
        from (
            select
                f.*,
                coalesce(f.resolved_at, get_backtest_summary.end_time) - f.fired_at as duration
            from perf_internal.get_backtest_alerts(
                b.threshold,
                b.series_ids,
                b.group_numbers,
                b.first_at,
                get_backtest_summary.end_time,
                b.used_step,
                b.is_raw
            ) as f
        ) as a
    ) as t;
end
$$;

comment on function perf.get_backtest_summary is
    'What the alerts of perf.backtest_alert_threshold() amount to: how many, and how many of them became critical, also per week; firing_share, the share of the time of all groups in which an alert was open; how many flap; their durations; the worst value, with a baseline without its sign; labels of the group with the most alerts (noisiest_labels); how many groups there are and have alerts; used_step, how many of them there are, and whether raw rows or whole hours (hourly) were read. Null for what no alert has. Errors: 22023, 42501, PT404 as there.';

revoke execute on function perf.get_backtest_summary from public;
grant execute on function perf.get_backtest_summary
    to authenticated, service_role, perf_admin, perf_analyst;
