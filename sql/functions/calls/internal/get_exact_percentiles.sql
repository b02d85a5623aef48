create or replace function perf_internal.get_exact_percentiles(
    config_ids uuid[],
    group_numbers integer[],
    start_time timestamptz,
    end_time timestamptz,
    percentiles double precision[],
    outcome text,
    measure text
)
returns table (group_number integer, count bigint, percentile_values double precision[])
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_dropped timestamptz;
begin
    select min(x.range_start)
    into v_dropped
    from perf_internal.dropped_ranges as x
    where x.pipeline = 'calls'
        and x.range_end > get_exact_percentiles.start_time
        and x.range_start < get_exact_percentiles.end_time;
    if v_dropped is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'exact needs raw calls, and those of %s are gone',
                (v_dropped at time zone 'UTC')::date
            ),
            hint = 'Without exact the percentiles come from rollups, within 0.5 %.';
    end if;
    return query
    select
        g.group_number,
        count(v.value_ms),
        percentile_cont(get_exact_percentiles.percentiles) within group (order by v.value_ms)
    from perf.performance_metrics_raw as r
    join (
        select
            unnest(get_exact_percentiles.config_ids) as config_id,
            unnest(get_exact_percentiles.group_numbers) as group_number
    ) as g on g.config_id = r.model_tool_config_id
    cross join lateral (
        select
            case get_exact_percentiles.measure
                when 'response_time' then r.response_time_ms
                else r.first_token_ms
            end as value_ms
    ) as v
    where r.call_timestamp >= get_exact_percentiles.start_time
        and r.call_timestamp < get_exact_percentiles.end_time
        and (
            get_exact_percentiles.outcome = 'all'
            or r.success = (get_exact_percentiles.outcome = 'success')
        )
        and v.value_ms is not null
    group by g.group_number;
end
$$;

comment on function perf_internal.get_exact_percentiles is
    'Percentiles from raw calls, by percentile_cont, of each group of configurations. Error 22023: raw calls of the range are gone.';

revoke execute on function perf_internal.get_exact_percentiles from public;
grant execute on function perf_internal.get_exact_percentiles
    to authenticated, service_role, perf_admin, perf_analyst;
