\set config random(1, 200)
\set ms random(100, 60000)
\set tokens random(1, 2000)
insert into bench.raw (
    model_tool_config_id,
    call_timestamp,
    response_time_ms,
    first_token_ms,
    input_tokens,
    output_tokens,
    success
)
values (('@ids'::uuid[])[:config], now(), :ms, :ms / 10.0, :tokens, :tokens, true);
