-- Batches of calls as an application sends them to record_calls().
select jsonb_agg(
    jsonb_strip_nulls(
        jsonb_build_object(
            'model_name', c.model_name,
            'tool_name', c.tool_name,
            'parameters', c.parameters,
            'response_time_ms', round(r.response_time_ms::numeric, 3),
            'first_token_ms', round(r.first_token_ms::numeric, 3),
            'input_tokens', r.input_tokens,
            'output_tokens', r.output_tokens,
            'error_type', r.error_type
        )
    )
)::text
from (
    select
        r.*,
        row_number() over (order by r.call_timestamp) as number
    from bench.calls as r
    order by r.call_timestamp
    limit 50000
) as r
join bench.configs as c on c.id = r.model_tool_config_id
group by r.number / 1000;
