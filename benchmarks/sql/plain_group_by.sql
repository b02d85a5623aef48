create table bench.hourly as
select
    r.model_tool_config_id,
    date_bin('1 hour', r.call_timestamp, '2001-01-01 00:00+00') as time_bucket,
    count(*) as call_count,
    count(*) filter (where r.success) as success_count,
    count(*) filter (where not r.success) as error_count,
    avg(r.response_time_ms) as avg_response_time,
    min(r.response_time_ms) as min_response_time,
    max(r.response_time_ms) as max_response_time,
    avg(r.input_tokens) as avg_input_tokens,
    avg(r.output_tokens) as avg_output_tokens,
    sum(r.input_tokens) as total_input_tokens,
    sum(r.output_tokens) as total_output_tokens
from bench.raw as r
group by 1, 2
