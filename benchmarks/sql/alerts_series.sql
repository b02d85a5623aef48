-- 10,000 series: 100 models with 50 tools at two temperatures.
insert into perf.models (name, provider, model_type)
select 'model-' || g, 'provider-' || g % 10, 'llm'
from generate_series(1, 100) as g;
insert into perf.tools (name)
select 'tool-' || g
from generate_series(1, 50) as g;
insert into perf.model_tool_configs (model_id, tool_id, parameters, parameter_hash)
select m.id, t.id, jsonb_build_object('temperature', p.temperature), ''
from perf.models as m
cross join perf.tools as t
cross join (values (0.2), (0.7)) as p (temperature);
select perf.ensure_partitions('2020-01-06', 8);
set perf.rows_are_checked = on;
-- Ten calls of each in the last 20 minutes.
insert into perf.performance_metrics_raw (
    model_tool_config_id, call_timestamp, response_time_ms, input_tokens, success
)
select
    c.id,
    timestamptz '2020-01-08 12:00+00' + (g + random()) * interval '2 minutes',
    100 + 900 * random(),
    10 + (1000 * random())::integer,
    random() > 0.02
from generate_series(0, 9) as g
cross join perf.model_tool_configs as c;
reset perf.rows_are_checked;
vacuum analyze perf.performance_metrics_raw;
select perf.aggregate_performance_metrics('calls');
-- The same hour 24 times, and the same day 8 times.
insert into perf_internal.rollups (
    series_id, granularity, time_bucket, metric, count, sum, m2, min, max, p50, p95, p99, last_bin,
    sketch
)
select r.series_id, l.granularity, l.time_bucket, r.metric, r.count, r.sum, r.m2, r.min, r.max,
    r.p50, r.p95, r.p99, r.last_bin, r.sketch
from perf_internal.rollups as r
cross join (
    select 'hourly', timestamptz '2020-01-08 12:00+00' - h * interval '1 hour'
    from generate_series(1, 24) as h
    union all
    select 'daily', timestamptz '2020-01-08 00:00+00' - d * interval '1 day'
    from generate_series(1, 8) as d
) as l (granularity, time_bucket)
where r.granularity = 'hourly'
    and r.time_bucket = '2020-01-08 12:00+00'
on conflict do nothing;
vacuum analyze perf_internal.rollups;
