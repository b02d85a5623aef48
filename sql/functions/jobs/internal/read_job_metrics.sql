-- The engine has no months. A month is the sum of its days, with the formulas of
-- perf_internal.get_levels_query(). The median alone is asked for, because it is not used, and
-- because with the three percentiles that rollups hold the engine may leave out sketches.
create or replace function perf_internal.read_job_metrics(
    metrics text[],
    series_ids uuid[],
    start_time timestamptz,
    end_time timestamptz,
    granularity text default null,
    group_numbers integer[] default null,
    sketched_metrics text[] default null,
    time_zone text default 'UTC'
)
returns table (
    group_number integer,
    metric text,
    time_bucket timestamptz,
    count bigint,
    sum double precision,
    m2 double precision,
    min double precision,
    max double precision,
    percentile_values double precision[],
    sketch numeric
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_is_monthly boolean := read_job_metrics.granularity is not distinct from 'monthly';
    v_start timestamptz := read_job_metrics.start_time;
    v_end timestamptz := read_job_metrics.end_time;
begin
    if not v_is_monthly then
        return query
        select r.*
        from perf_internal.read_metrics(
            'jobs',
            read_job_metrics.metrics,
            read_job_metrics.series_ids,
            v_start,
            v_end,
            granularity => read_job_metrics.granularity,
            group_numbers => read_job_metrics.group_numbers,
            sketched_metrics => read_job_metrics.sketched_metrics,
            time_zone => read_job_metrics.time_zone
        ) as r;
        return;
    end if;
    if perf_internal.get_month(v_start, read_job_metrics.time_zone) < v_start then
        v_start := perf_internal.get_month(v_start, read_job_metrics.time_zone, is_next => true);
    end if;
    if perf_internal.get_month(v_end, read_job_metrics.time_zone) < v_end then
        v_end := perf_internal.get_month(v_end, read_job_metrics.time_zone, is_next => true);
    end if;
    return query
    select
        s.group_number,
        s.metric,
        s.time_bucket,
        s.count,
        s.sum,
        s.m2,
        s.min,
        s.max,
        case
            when s.sketch is not null
            then perf_internal.get_sketch_percentiles(
                s.sketch, s.count, minimum => s.min, maximum => s.max
            )
        end,
        s.sketch
    from (
        select
            r.group_number,
            r.metric,
            perf_internal.get_month(r.time_bucket, read_job_metrics.time_zone) as time_bucket,
            sum(r.count)::bigint as count,
            sum(r.sum) as sum,
            case
                when bool_and(r.m2 is not null)
                then case
                    when min(r.min) = max(r.max) then 0
                    -- Else only rounding errors are left, as in perf_internal.get_read_query(). Shares
                    -- have no extremes, and may not vary.
                    when sum(r.m2) = 0
                        or sum(r.m2 + r.sum * r.sum / r.count)
                        - sum(r.sum) ^ 2 / sum(r.count)::float8
                        >= 1e-13 * sum(r.m2 + r.sum * r.sum / r.count)
                    then greatest(
                        sum(r.m2 + r.sum * r.sum / r.count)
                        - sum(r.sum) ^ 2 / sum(r.count)::float8,
                        0
                    )
                end
            end as m2,
            case when bool_and(r.min is not null) then min(r.min) end as min,
            case when bool_and(r.max is not null) then max(r.max) end as max,
            perf_internal.sum_sketches(r.sketch) as sketch
        from perf_internal.read_metrics(
            'jobs',
            read_job_metrics.metrics,
            read_job_metrics.series_ids,
            v_start,
            v_end,
            granularity => 'daily',
            group_numbers => read_job_metrics.group_numbers,
            percentiles => '{0.5}',
            sketched_metrics => read_job_metrics.sketched_metrics,
            time_zone => read_job_metrics.time_zone
        ) as r
        group by 1, 2, 3
    ) as s;
end
$$;

comment on function perf_internal.read_job_metrics is
    'Sums of metrics of series of jobs, as perf_internal.read_metrics returns them, also by month: granularity monthly has the days of each calendar month of the time zone that starts in the range.';

revoke execute on function perf_internal.read_job_metrics from public;
grant execute on function perf_internal.read_job_metrics
    to authenticated, service_role, perf_admin, perf_analyst;
