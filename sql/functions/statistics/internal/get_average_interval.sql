create or replace function perf_internal.get_average_interval(
    is_share boolean,
    value_count bigint,
    value_sum double precision,
    m2 double precision,
    confidence double precision default 0.95,
    out low double precision,
    out high double precision
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    if get_average_interval.is_share then
        select i.low, i.high
        into low, high
        from perf.get_wilson_interval(
            get_average_interval.value_sum::bigint,
            get_average_interval.value_count,
            get_average_interval.confidence
        ) as i;
    else
        select i.low, i.high
        into low, high
        from perf.get_mean_interval(
            get_average_interval.value_count,
            get_average_interval.value_sum / nullif(get_average_interval.value_count, 0),
            get_average_interval.m2,
            get_average_interval.confidence
        ) as i;
    end if;
end
$$;

comment on function perf_internal.get_average_interval is
    'Confidence interval of the average of a metric, from the count and sum that perf_internal.read_metrics() returns: perf.get_wilson_interval() of a share, perf.get_mean_interval() of anything else. Error 22023.';

revoke execute on function perf_internal.get_average_interval from public;
grant execute on function perf_internal.get_average_interval
    to authenticated, service_role, perf_admin, perf_analyst;
