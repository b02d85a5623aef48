-- The calls so far, in the seed's table.
insert into seed.performance_metrics_raw (
    model_tool_config_id,
    call_timestamp,
    response_time_ms,
    input_tokens,
    output_tokens,
    success,
    error_type
)
select
    r.model_tool_config_id,
    r.call_timestamp,
    r.response_time_ms,
    r.input_tokens,
    r.output_tokens,
    r.success,
    r.error_type
from perf.performance_metrics_raw as r
order by r.call_timestamp;
