-- The statement of the seed's aggregate_performance_metrics(), from one hour on: the seed knows only
-- the current one.
insert into seed.performance_metrics_hourly (
    model_tool_config_id, time_bucket, call_count, success_count, error_count,
    avg_response_time, min_response_time, max_response_time,
    p50_response_time, p95_response_time, p99_response_time,
    avg_input_tokens, avg_output_tokens, total_input_tokens, total_output_tokens
)
select
    model_tool_config_id, date_trunc('hour', call_timestamp),
    count(*),
    count(*) filter (where success = true),
    count(*) filter (where success = false),
    avg(response_time_ms),
    min(response_time_ms),
    max(response_time_ms),
    percentile_cont(0.5) within group (order by response_time_ms),
    percentile_cont(0.95) within group (order by response_time_ms),
    percentile_cont(0.99) within group (order by response_time_ms),
    avg(input_tokens), avg(output_tokens),
    sum(input_tokens), sum(output_tokens)
from seed.performance_metrics_raw
where call_timestamp >= %(start_time)s
group by model_tool_config_id, date_trunc('hour', call_timestamp)
on conflict (model_tool_config_id, time_bucket) do update set
    call_count = excluded.call_count,
    success_count = excluded.success_count,
    error_count = excluded.error_count,
    avg_response_time = excluded.avg_response_time,
    min_response_time = excluded.min_response_time,
    max_response_time = excluded.max_response_time,
    p50_response_time = excluded.p50_response_time,
    p95_response_time = excluded.p95_response_time,
    p99_response_time = excluded.p99_response_time,
    avg_input_tokens = excluded.avg_input_tokens,
    avg_output_tokens = excluded.avg_output_tokens,
    total_input_tokens = excluded.total_input_tokens,
    total_output_tokens = excluded.total_output_tokens
