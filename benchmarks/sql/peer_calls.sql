-- The calls of one day of the month: those of bench.calls, somewhat faster or slower.
copy (
    select
        c.model_tool_config_id,
        c.call_timestamp + %(day)s * interval '1 day',
        c.response_time_ms * f.factor,
        c.first_token_ms * f.factor,
        c.input_tokens,
        c.output_tokens,
        c.success,
        c.error_type
    from bench.calls as c
    cross join (select 0.9 + 0.2 * (%(day)s * 11 %% 28) / 28 as factor) as f
    order by c.call_timestamp
) to stdout csv
