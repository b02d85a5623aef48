-- The largest relative error of percentiles by model over random windows of whole hours. Only
-- successful calls: failed ones took 0 ms.
with windows as materialized (
    select distinct
        timestamptz '2020-01-06 00:00+00' + interval '1 hour' * w.first_hour as start_time,
        timestamptz '2020-01-06 00:00+00' + interval '1 hour' * (
            w.first_hour + 1 + floor(random() * (%(hours)s - w.first_hour))
        ) as end_time
    from (
        select floor(random() * %(hours)s) as first_hour
        from generate_series(1, %(windows)s)
        offset 0
    ) as w
),
exact as materialized (
    select
        w.start_time,
        w.end_time,
        c.model_name as model,
        percentile_cont('{0.01,0.1,0.25,0.5,0.75,0.9,0.95,0.99,0.999}'::float8[])
            within group (order by r.response_time_ms) as percentiles
    from windows as w
    join perf.performance_metrics_raw as r
        on r.call_timestamp >= w.start_time
        and r.call_timestamp < w.end_time
    join bench.configs as c on c.id = r.model_tool_config_id
    where r.success
    group by 1, 2, 3
),
merged as materialized (
    select
        w.start_time,
        w.end_time,
        p.model,
        array_agg(p.value_ms order by p.percentile) as percentiles
    from windows as w
    cross join lateral perf.get_latency_percentiles(
        w.start_time,
        w.end_time,
        percentiles => '{0.01,0.1,0.25,0.5,0.75,0.9,0.95,0.99,0.999}',
        outcome => 'success'
    ) as p
    group by 1, 2, 3
)
select
    max(abs(x.merged / x.exact - 1)),
    count(*)
from exact as e
join merged as m using (start_time, end_time, model)
cross join lateral unnest(m.percentiles, e.percentiles) as x (merged, exact)
