-- plpgsql, because a function in SQL takes longer, and runs for every open alert.
create or replace function perf_internal.get_threshold_details(
    threshold perf.performance_alert_thresholds,
    unit text,
    value double precision,
    sample_count bigint,
    level integer,
    as_of timestamptz
)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    t perf.performance_alert_thresholds := get_threshold_details.threshold;
begin
    return jsonb_build_object(
        'value', get_threshold_details.value,
        'limit', case get_threshold_details.level
            when 0 then coalesce(t.recovery_threshold, t.warning_threshold)
            when 1 then t.warning_threshold
            else t.critical_threshold
        end,
        'sample_count', get_threshold_details.sample_count,
        'metric', t.metric_name,
        'statistic', t.statistic,
        'direction', t.direction,
        'unit', case
            when t.baseline is not null then 'deviations'
            else get_threshold_details.unit
        end,
        'warning_threshold', t.warning_threshold,
        'critical_threshold', t.critical_threshold,
        'recovery_threshold', t.recovery_threshold,
        'time_window', perf_internal.get_duration_text(t.time_window),
        'start_time', get_threshold_details.as_of - t.time_window,
        'end_time', get_threshold_details.as_of,
        'description', t.description,
        'runbook_url', t.runbook_url
    );
end
$$;

comment on function perf_internal.get_threshold_details is
    'alert_details of what a threshold found: value, the limit that it is beyond, values in the window, the window, and what the threshold says.';

revoke execute on function perf_internal.get_threshold_details from public;
