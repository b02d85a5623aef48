-- The sketch of a row is read once for its percentiles and both limits of each: to read a sketch takes
-- longer than to find a percentile in it. The ranks of the limits depend on the number of values alone,
-- so rows with as many values share them. A percentile and its limits are the same as those of
-- perf_internal.read_metrics() and perf_internal.get_sketch_interval().
create or replace function perf_internal.read_intervals(
    metric text,
    series_ids uuid[],
    start_time timestamptz,
    end_time timestamptz,
    granularity text,
    group_numbers integer[],
    percentiles double precision[],
    time_zone text,
    confidence double precision
)
returns table (
    group_number integer,
    time_bucket timestamptz,
    count bigint,
    sum double precision,
    m2 double precision,
    min double precision,
    max double precision,
    percentile_values double precision[],
    average_low double precision,
    average_high double precision,
    percentile_lows double precision[],
    percentile_highs double precision[]
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
#variable_conflict use_column
declare
    v_metric perf.metrics;
    v_percentile_count integer := cardinality(read_intervals.percentiles);
begin
    -- perf_internal.get_sketch_percentiles() takes 200, and each percentile has two limits.
    if v_percentile_count > 66 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('percentiles must be at most 66 with confidence, got %s', v_percentile_count);
    end if;
    select m.* into v_metric
    from perf.metrics as m
    where m.metric = read_intervals.metric;
    return query
    with rows as materialized (
        select r.*
        from perf_internal.read_metrics(
            v_metric.pipeline,
            array[v_metric.metric],
            read_intervals.series_ids,
            read_intervals.start_time,
            read_intervals.end_time,
            read_intervals.granularity,
            read_intervals.group_numbers,
            -- Without percentiles it gives the sketch of every row.
            percentiles => null,
            time_zone => read_intervals.time_zone
        ) as r
    ),
    -- Of each percentile in turn: its lower limit, itself, and its upper limit.
    ranks as (
        select
            c.count,
            array_agg(e.percentile order by p.position, e.number) as percentiles,
            array_agg(i.low is not null order by p.position) filter (where e.number = 1) as has_low,
            array_agg(i.high is not null order by p.position) filter (where e.number = 1) as has_high
        from (
            select distinct r.count
            from rows as r
            where v_metric.is_sketched
                and v_metric.kind <> 'share'
        ) as c
        cross join unnest(read_intervals.percentiles) with ordinality as p (percentile, position)
        cross join lateral perf.get_rank_interval(
            c.count, p.percentile, read_intervals.confidence
        ) as i
        cross join lateral (
            values
                (1, coalesce((i.low - 1) / greatest(c.count - 1, 1)::float8, 0)),
                (2, p.percentile),
                (3, coalesce((i.high - 1) / greatest(c.count - 1, 1)::float8, 1))
        ) as e (number, percentile)
        group by c.count
    ),
    valued as (
        select
            r.*,
            k.has_low,
            k.has_high,
            case
                when k.count is not null
                then perf_internal.get_sketch_percentiles(r.sketch, r.count, k.percentiles)
            end as found
        from rows as r
        left join ranks as k on k.count = r.count
        -- Otherwise it would be computed for each column that uses it.
        offset 0
    )
    select
        v.group_number,
        v.time_bucket,
        v.count,
        v.sum,
        v.m2,
        v.min,
        v.max,
        case
            when v.found is not null
            then array(
                select least(greatest(v.found[3 * n - 1], v.min), v.max)
                from generate_series(1, v_percentile_count) as n
            )
        end,
        a.low,
        a.high,
        case
            when v.found is not null
            then array(
                select case
                    when not v.has_low[n] then null
                    when v.found[3 * n - 2] > 0 then v.found[3 * n - 2] / 1.005
                    else v.found[3 * n - 2] * 1.005
                end
                from generate_series(1, v_percentile_count) as n
            )
        end,
        case
            when v.found is not null
            then array(
                select case
                    when not v.has_high[n] then null
                    when v.found[3 * n] > 0 then v.found[3 * n] * 1.005
                    else v.found[3 * n] / 1.005
                end
                from generate_series(1, v_percentile_count) as n
            )
        end
    from valued as v
    cross join lateral perf_internal.get_average_interval(
        v_metric.kind = 'share', v.count, v.sum, v.m2, read_intervals.confidence
    ) as a;
end
$$;

comment on function perf_internal.read_intervals is
    'What perf_internal.read_metrics() says of one metric, with confidence intervals of the average (perf_internal.get_average_interval) and of each percentile (perf_internal.get_sketch_interval), null where there are too few values. The order is not defined. Errors: as perf_internal.read_metrics(), and 22023 more than 66 percentiles.';

revoke execute on function perf_internal.read_intervals from public;
grant execute on function perf_internal.read_intervals
    to authenticated, service_role, perf_admin, perf_analyst;
