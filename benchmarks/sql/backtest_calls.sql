-- Calls of 100 models for 30 days: the first has four a minute, the others one each ten minutes.
select perf.record_calls((
    select jsonb_agg(jsonb_build_object(
        'model_name', 'acme/model-' || m,
        'provider', 'acme',
        'tool_name', 'chat',
        'response_time_ms', 400,
        'call_timestamp', timestamptz '2020-01-06 00:00+00'
    ))
    from generate_series(1, 100) as m
));
select setseed(0.5);
insert into perf.performance_metrics_raw (
    model_tool_config_id, call_timestamp, response_time_ms, success, error_type
)
select
    c.id,
    timestamptz '2020-01-06 00:00+00' + i * k.seconds * interval '1 second',
    exp(6 + 0.5 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) + 0.3 * sin(i / 916.0)),
    r.success,
    case when not r.success then 'timeout' end
from perf.model_tool_configs as c
join perf.models as m on m.id = c.model_id
cross join lateral (select case m.name when 'acme/model-1' then 15 else 600 end) as k (seconds)
cross join lateral generate_series(0, 30 * 86400 / k.seconds - 1) as i
cross join lateral (select random() > 0.02 + 0 * i) as r (success);
select perf.aggregate_performance_metrics();
