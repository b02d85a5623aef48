-- Two years of hours of one model, as rollups that outlived their raw rows.
insert into perf_internal.rollups (
    series_id, granularity, time_bucket, metric, count, sum, m2, min, max, last_bin, sketch
)
select
    r.series_id,
    'hourly',
    r.time_bucket - n * interval '30 days',
    r.metric,
    r.count,
    r.sum,
    r.m2,
    r.min,
    r.max,
    r.last_bin,
    r.sketch
from perf_internal.rollups as r
cross join generate_series(1, 24) as n
where r.granularity = 'hourly'
    and r.series_id = (
        select c.id
        from perf.model_tool_configs as c
        join perf.models as m on m.id = c.model_id
        where m.name = 'acme/model-1'
    );
