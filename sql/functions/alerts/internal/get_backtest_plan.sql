create or replace function perf_internal.get_backtest_plan(
    threshold perf.performance_alert_thresholds,
    group_count bigint,
    start_time timestamptz,
    end_time timestamptz,
    inout step interval default null,
    out is_raw boolean,
    out first_at timestamptz,
    out step_count bigint
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
    v_most constant bigint := 10000000;
    -- Each step of an anomaly reads 12 weeks.
    v_most_anomalies constant bigint := 3000;
    v_window constant interval :=
        extract(epoch from get_backtest_plan.threshold.time_window) * interval '1 second';
    v_pipeline text;
    v_kept_from timestamptz;
    v_hours_from timestamptz;
begin
    perform perf_internal.check_time_range(get_backtest_plan.start_time, get_backtest_plan.end_time);
    if get_backtest_plan.step not between interval '1 minute' and interval '1 day'
        or mod(extract(epoch from get_backtest_plan.step), 60) <> 0
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'step must be whole minutes, 1 minute to 1 day, got %s', get_backtest_plan.step
            ),
            hint = 'Leave it out for each minute, or each hour where raw rows are no longer kept.';
    end if;
    select m.pipeline
    into v_pipeline
    from perf.metrics as m
    where m.metric = get_backtest_plan.threshold.metric_name;
    select max(r.range_end)
    into v_kept_from
    from perf_internal.dropped_ranges as r
    where r.pipeline = v_pipeline
        and r.range_start < get_backtest_plan.end_time
        and r.range_end > get_backtest_plan.start_time - v_window;
    is_raw := v_kept_from is null and get_backtest_plan.threshold.baseline is null;
    if get_backtest_plan.threshold.baseline is not null
        and mod(extract(epoch from get_backtest_plan.step), 3600) <> 0
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'step must be whole hours for a threshold with a baseline, got %s',
                get_backtest_plan.step
            ),
            hint = 'Its windows are whole hours.';
    elsif not is_raw and mod(extract(epoch from get_backtest_plan.step), 3600) <> 0 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'step must be whole hours where raw rows are no longer kept, got %s',
                get_backtest_plan.step
            ),
            hint = format(
                'Raw rows of the range and of the window before it are kept for a start_time from %s.',
                v_kept_from + v_window
            );
    end if;
    step := coalesce(step, case when is_raw then interval '1 minute' else interval '1 hour' end);
    first_at := date_bin(
        step, get_backtest_plan.start_time + step - interval '1 microsecond', '2001-01-01 00:00+00'
    );
    step_count := ceil(
        extract(epoch from get_backtest_plan.end_time - first_at) / extract(epoch from step)
    );
    step_count := greatest(step_count, 0);
    if not is_raw then
        select t.deleted_before
        into v_hours_from
        from perf.retention as t
        where t.pipeline = v_pipeline
            and t.level = 'hourly';
        if date_bin('1 hour', first_at - v_window, '2001-01-01 00:00+00')
            < v_hours_from
        then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = format(
                    'start_time must not be before %s, from when hours are kept, got %s',
                    v_hours_from + v_window,
                    get_backtest_plan.start_time
                );
        end if;
    end if;
    if get_backtest_plan.threshold.baseline is not null and step_count > v_most_anomalies then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'the range must have at most %s steps for a threshold with a baseline, got %s',
                v_most_anomalies,
                step_count
            ),
            hint = 'Give a shorter range or a longer step.';
    elsif step_count * get_backtest_plan.group_count > v_most then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'the range must have at most %s steps of all groups, got %s groups with %s steps each',
                v_most,
                get_backtest_plan.group_count,
                step_count
            ),
            hint = 'Give a shorter range, a longer step, or a threshold with a narrower scope.';
    end if;
end
$$;

comment on function perf_internal.get_backtest_plan is
    'How history is evaluated for a threshold: step, by default a minute where raw rows of the range and of the window before it are kept (is_raw), else an hour; the first step from start_time on, counted from 2001-01-01 00:00 UTC, so that steps of an hour are whole hours; how many steps there are before end_time. Error 22023: a bad range or step, raw rows or hours that are no longer kept, or more than 10,000,000 steps of all groups, 3,000 with a baseline. With a baseline a step is whole hours, an hour by default.';

revoke execute on function perf_internal.get_backtest_plan from public;
grant execute on function perf_internal.get_backtest_plan
    to authenticated, service_role, perf_admin, perf_analyst;
