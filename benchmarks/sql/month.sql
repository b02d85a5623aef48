-- Five calls of every configuration in every hour of 30 days.
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
    k.model_tool_config_id,
    %(day)s::timestamptz + hour * interval '1 hour' + call * interval '10 minutes',
    k.response_time_ms,
    k.first_token_ms,
    k.input_tokens,
    k.output_tokens,
    k.success,
    k.error_type
from generate_series(0, 719) as hour
cross join generate_series(1, 5) as call
cross join bench.configs as c
join bench.kinds as k
    on k.config = c.number
    and k.number = (hour * 5 + call) * 7 %% 150 + 1
order by 2;
