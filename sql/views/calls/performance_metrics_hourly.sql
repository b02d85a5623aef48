create or replace view perf.performance_metrics_hourly
with (security_invoker = true)
as
select
    c.id,
    c.model_tool_config_id,
    c.time_bucket,
    c.call_count,
    c.success_count,
    c.error_count,
    c.avg_response_time,
    c.min_response_time,
    c.max_response_time,
    c.p50_response_time,
    c.p95_response_time,
    c.p99_response_time,
    c.avg_input_tokens,
    c.avg_output_tokens,
    c.total_input_tokens,
    c.total_output_tokens,
    c.p50_first_token_ms,
    c.p95_first_token_ms,
    c.p99_first_token_ms,
    c.created_at
from perf_internal.call_metrics as c
where c.granularity = 'hourly';

comment on view perf.performance_metrics_hourly is
    'Calls by configuration and hour that runs have rolled up, kept 90 days; times in milliseconds.';

grant select on perf.performance_metrics_hourly
    to authenticated, service_role, perf_admin, perf_analyst;
