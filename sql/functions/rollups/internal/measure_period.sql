-- A total is a compound Poisson sum: a random number of values, each of a random size. Its variance is
-- the expected sum of the squares of the values (Ross, Introduction to Probability Models, section
-- 5.4.2), of which their sum of squares is an unbiased estimate. It needs no assumption about the
-- values. With many of them the total is normal.
create or replace function perf_internal.measure_period(
    pipeline text,
    metrics text[],
    series_ids uuid[],
    start_time timestamptz,
    end_time timestamptz,
    confidence double precision
)
returns table (
    metric text,
    statistic text,
    value double precision,
    low double precision,
    high double precision,
    count bigint
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    z double precision := perf.get_normal_quantile((1 + measure_period.confidence) / 2);
begin
    return query
    select
        m.metric,
        s.statistic,
        s.value,
        s.low,
        s.high,
        coalesce(r.count, 0)
    from perf.metrics as m
    left join perf_internal.read_metrics(
        measure_period.pipeline,
        measure_period.metrics,
        measure_period.series_ids,
        measure_period.start_time,
        measure_period.end_time,
        percentiles => '{0.5,0.95}',
        is_exact => true
    ) as r on r.metric = m.metric
    cross join lateral perf_internal.get_average_interval(
        m.kind = 'share', r.count, r.sum, r.m2, measure_period.confidence
    ) as a
    cross join lateral perf_internal.get_poisson_interval(
        coalesce(r.count, 0), measure_period.confidence
    ) as c
    cross join lateral (
        -- The square of a larger one is no double precision.
        select case when abs(r.sum) < 1e150 then z * sqrt(r.m2 + r.sum ^ 2 / r.count) end as reach
    ) as t
    -- Mean and total of what is never negative are not either.
    cross join lateral (
        values
            ('count', coalesce(r.count, 0), c.low, c.high),
            (
                case m.kind when 'share' then 'share' else 'average' end,
                r.sum / r.count,
                case when r.min >= 0 and a.low < 0 then 0 else a.low end,
                a.high
            ),
            (
                'total',
                coalesce(r.sum, 0),
                case when r.min >= 0 and t.reach > r.sum then 0 else r.sum - t.reach end,
                r.sum + t.reach
            )
        union all
        select
            p.statistic,
            r.percentile_values[p.position],
            i.low,
            i.high
        from (values (1, 'p50', 0.5::float8), (2, 'p95', 0.95)) as p (position, statistic, percentile)
        cross join lateral perf_internal.get_sketch_interval(
            r.sketch, r.count, p.percentile, measure_period.confidence
        ) as i
        where m.is_sketched
            and m.kind <> 'share'
    ) as s (statistic, value, low, high)
    where m.metric = any(measure_period.metrics);
end
$$;

comment on function perf_internal.measure_period is
    'Every statistic of metrics of a pipeline over an exact range, with its confidence interval, null where there are too few values: count (perf_internal.get_poisson_interval), average or share (perf_internal.get_average_interval), total (compound Poisson), p50 and p95 (perf_internal.get_sketch_interval). count is of all statistics of a metric. The order is not defined. Parts of hours come from raw rows, where those are kept. Errors: PT409 while a restore is under way, 22023 bad confidence.';

revoke execute on function perf_internal.measure_period from public;
grant execute on function perf_internal.measure_period
    to authenticated, service_role, perf_admin, perf_analyst;
