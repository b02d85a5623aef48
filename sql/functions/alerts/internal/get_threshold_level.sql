create or replace function perf_internal.get_threshold_level(
    threshold perf.performance_alert_thresholds,
    value double precision,
    sample_count bigint
)
returns integer
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Beyond a limit is what is larger than it.
    v_distance double precision := case get_threshold_level.threshold.direction
        when 'above' then get_threshold_level.value
        when 'below' then -get_threshold_level.value
        else abs(get_threshold_level.value)
    end;
    v_sign integer := case
        when get_threshold_level.threshold.direction = 'below'
            and get_threshold_level.threshold.baseline is null
            then -1
        else 1
    end;
begin
    return case
        when v_distance is null
            or get_threshold_level.threshold.statistic not in ('count', 'sum')
            -- A rate of no values is 0 in a second.
            and not (get_threshold_level.threshold.statistic = 'rate' and coalesce(get_threshold_level.sample_count, 0) = 0)
            and coalesce(get_threshold_level.sample_count, 0)
                < get_threshold_level.threshold.minimum_sample
            then case get_threshold_level.threshold.no_data
                when 'resolve' then 0
                when 'alert' then 2
            end
        when v_distance > v_sign * get_threshold_level.threshold.critical_threshold then 2
        when v_distance > v_sign * get_threshold_level.threshold.warning_threshold then 1
        else 0
    end;
end
$$;

comment on function perf_internal.get_threshold_level is
    'How bad a value is: 0 ok, 1 beyond the warning threshold, 2 beyond the critical one. A value that equals a threshold is not beyond it. Without a value, or with fewer values than minimum_sample (except for count and sum, and no values at all for rate), there is no data: null, 0 or 2 as no_data of the threshold says.';

revoke execute on function perf_internal.get_threshold_level from public;
grant execute on function perf_internal.get_threshold_level
    to authenticated, service_role, perf_admin, perf_analyst;
