-- The same calls as pgkit has them, with names instead of keys, for ClickHouse.
copy (
    select
        c.model_name,
        c.tool_name,
        c.parameters,
        r.call_timestamp at time zone 'UTC',
        r.response_time_ms,
        r.first_token_ms,
        r.input_tokens,
        r.output_tokens,
        r.success,
        coalesce(r.error_type, '')
    from perf.performance_metrics_raw as r
    join bench.configs as c on c.id = r.model_tool_config_id
    where r.call_timestamp >= %(start_time)s
        and r.call_timestamp < %(end_time)s
    order by r.call_timestamp
) to stdout
