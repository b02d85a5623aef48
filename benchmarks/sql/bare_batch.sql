-- The least that stores a batch of calls: no look-up, no check.
insert into bench.raw (
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
    '00000000-0000-0000-0000-000000000000',
    now(),
    c.response_time_ms,
    c.first_token_ms,
    c.input_tokens,
    c.output_tokens,
    c.error_type is null,
    c.error_type
from jsonb_populate_recordset(null::perf_internal.call, %(batch)s) as c
