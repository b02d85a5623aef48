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
    'Calls by configuration and hour that runs have rolled up; by default kept 90 days; times in milliseconds.';
comment on column perf.performance_metrics_hourly.id is
    'Made from configuration, granularity and time; the same at every reading.';
comment on column perf.performance_metrics_hourly.model_tool_config_id is
    'Model, tool and parameters: an id of perf.model_tool_configs.';
comment on column perf.performance_metrics_hourly.time_bucket is 'Start of the hour (UTC).';
comment on column perf.performance_metrics_hourly.call_count is 'Number of calls.';
comment on column perf.performance_metrics_hourly.success_count is
    'Number of calls that succeeded.';
comment on column perf.performance_metrics_hourly.error_count is 'Number of calls that failed.';
comment on column perf.performance_metrics_hourly.avg_response_time is
    'Mean response time of all calls, in ms.';
comment on column perf.performance_metrics_hourly.min_response_time is
    'Shortest response time, in ms.';
comment on column perf.performance_metrics_hourly.max_response_time is
    'Longest response time, in ms.';
comment on column perf.performance_metrics_hourly.p50_response_time is
    'Median of the response times, in ms, within 0.5 %.';
comment on column perf.performance_metrics_hourly.p95_response_time is
    '95th percentile of the response times, in ms, within 0.5 %.';
comment on column perf.performance_metrics_hourly.p99_response_time is
    '99th percentile of the response times, in ms, within 0.5 %.';
comment on column perf.performance_metrics_hourly.avg_input_tokens is
    'Mean of the tokens sent, of calls that give them.';
comment on column perf.performance_metrics_hourly.avg_output_tokens is
    'Mean of the tokens got back, of calls that give them.';
comment on column perf.performance_metrics_hourly.total_input_tokens is 'All tokens sent.';
comment on column perf.performance_metrics_hourly.total_output_tokens is 'All tokens got back.';
comment on column perf.performance_metrics_hourly.p50_first_token_ms is
    'Median of the times to the first token, in ms, within 0.5 %.';
comment on column perf.performance_metrics_hourly.p95_first_token_ms is
    '95th percentile of the times to the first token, in ms, within 0.5 %.';
comment on column perf.performance_metrics_hourly.p99_first_token_ms is
    '99th percentile of the times to the first token, in ms, within 0.5 %.';
comment on column perf.performance_metrics_hourly.created_at is
    'When a run first wrote the bucket.';

grant select on perf.performance_metrics_hourly
    to authenticated, service_role, perf_admin, perf_analyst;
