-- As get_model_comparison() answers: all calls, and the tokens per second of those that succeeded.
with
    quantilesTDigest(0.5, 0.95, 0.99)(response_time_ms) as response_times,
    quantilesTDigest(0.5, 0.95, 0.99)(first_token_ms) as first_tokens
select
    model_name as model,
    count() as call_count,
    countIf(success) / call_count as success_rate,
    avg(response_time_ms) as avg_response_time,
    response_times[1] as p50_response_time,
    response_times[2] as p95_response_time,
    response_times[3] as p99_response_time,
    first_tokens[1] as p50_first_token_ms,
    first_tokens[2] as p95_first_token_ms,
    first_tokens[3] as p99_first_token_ms,
    call_count - countIf(success) as error_count,
    sum(input_tokens) as total_input_tokens,
    sum(output_tokens) as total_output_tokens,
    sumIf(output_tokens, success) * 1000 / sumIf(response_time_ms, success) as output_tokens_per_second
from calls
where call_timestamp >= {start_time:DateTime64(6, 'UTC')}
    and call_timestamp < {end_time:DateTime64(6, 'UTC')}
group by model
order by p50_response_time, model
