-- Calls of bench.calls again, some days earlier or later.
insert into perf.performance_metrics_raw (
    model_tool_config_id,
    call_timestamp,
    response_time_ms,
    first_token_ms,
    input_tokens,
    output_tokens,
    success,
    error_type
)
select
    c.model_tool_config_id,
    c.call_timestamp + %(days)s * interval '1 day',
    c.response_time_ms,
    c.first_token_ms,
    c.input_tokens,
    c.output_tokens,
    c.success,
    c.error_type
from bench.calls as c
where c.call_timestamp >= %(start_time)s
order by c.call_timestamp
limit %(most)s
