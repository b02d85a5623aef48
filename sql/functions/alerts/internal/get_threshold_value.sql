create or replace function perf_internal.get_threshold_value(
    statistic text,
    count bigint,
    sum double precision,
    min double precision,
    max double precision,
    percentile_values double precision[],
    time_window interval,
    is_share boolean
)
returns double precision
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    return case
        when get_threshold_value.statistic = 'count' then coalesce(get_threshold_value.count, 0)
        when get_threshold_value.statistic = 'sum' then coalesce(get_threshold_value.sum, 0)
        when get_threshold_value.statistic = 'rate' and not get_threshold_value.is_share
            then coalesce(get_threshold_value.count, 0)
                / extract(epoch from get_threshold_value.time_window)::float8
        when get_threshold_value.statistic in ('avg', 'rate')
            then get_threshold_value.sum / nullif(get_threshold_value.count, 0)
        when get_threshold_value.statistic = 'min' then get_threshold_value.min
        when get_threshold_value.statistic = 'max' then get_threshold_value.max
        when get_threshold_value.statistic = 'p50'
            then get_threshold_value.percentile_values[1]
        when get_threshold_value.statistic = 'p95'
            then get_threshold_value.percentile_values[2]
        when get_threshold_value.statistic = 'p99'
            then get_threshold_value.percentile_values[3]
    end;
end
$$;

comment on function perf_internal.get_threshold_value is
    'What a threshold compares, of the sums of perf_internal.read_metrics over its window and the percentiles 0.5, 0.95 and 0.99. The rate of a share is the share, of another metric values per second. Of no values count, sum and that rate are 0, and all else is null.';

revoke execute on function perf_internal.get_threshold_value from public;
grant execute on function perf_internal.get_threshold_value
    to authenticated, service_role, perf_admin, perf_analyst;
