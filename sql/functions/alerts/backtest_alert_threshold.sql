create or replace function perf.backtest_alert_threshold(
    threshold_id bigint,
    start_time timestamptz,
    end_time timestamptz default now(),
    step interval default null,
    max_rows integer default 1000
)
returns table (
    labels jsonb,
    severity text,
    fired_at timestamptz,
    resolved_at timestamptz,
    duration interval,
    fired_value double precision,
    worst_value double precision,
    is_flap boolean
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(backtest_alert_threshold.max_rows);
    return query
    select
        b.groups[a.group_number],
        a.severity,
        a.fired_at,
        a.resolved_at,
        coalesce(a.resolved_at, backtest_alert_threshold.end_time) - a.fired_at,
        a.fired_value,
        a.worst_value,
        a.is_flap
    from perf_internal.get_backtest(
        backtest_alert_threshold.threshold_id,
        backtest_alert_threshold.start_time,
        backtest_alert_threshold.end_time,
        backtest_alert_threshold.step
    ) as b
    cross join lateral perf_internal.get_backtest_alerts(
        b.threshold,
        b.series_ids,
        b.group_numbers,
        b.first_at,
        backtest_alert_threshold.end_time,
        b.used_step,
        b.is_raw
    ) as a
    order by a.fired_at, a.group_number
    limit backtest_alert_threshold.max_rows + 1;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(backtest_alert_threshold.max_rows, v_row_count);
end
$$;

comment on function perf.backtest_alert_threshold is
    'The alerts that a threshold, enabled or not, would have opened from start_time until end_time, had it been evaluated at each step with what is recorded now: labels of the alert, severity (the worst), fired_at, resolved_at (null: open at end_time), how long it was open in the range, the value that opened it and the worst one, in the unit of the metric. Without a step it is evaluated each minute, or each hour where raw rows of the range and of the window before it are no longer kept; then a window counts whole hours. A threshold with a baseline is evaluated each hour. All is ok at start_time, so an alert that is open then opens anew, and a range in two parts gives other alerts than the whole. is_flap: it was open for less than 5 minutes, or opened at most 30 minutes after the one before it with the same labels. Narrower thresholds take their series as they are now. perf.get_backtest_summary() counts them. Errors: 22023 bad argument, raw rows or hours that are no longer kept, more than 10,000,000 steps of all groups (with a baseline 3,000), or more than max_rows (at most 100000) rows, 42501 not an analyst, PT404 no such threshold.';

revoke execute on function perf.backtest_alert_threshold from public;
grant execute on function perf.backtest_alert_threshold
    to authenticated, service_role, perf_admin, perf_analyst;
