create table calls (
    model_name LowCardinality(String),
    tool_name LowCardinality(String),
    parameters LowCardinality(String),
    call_timestamp DateTime64(6, 'UTC'),
    response_time_ms Float64,
    first_token_ms Float64,
    input_tokens UInt32,
    output_tokens UInt32,
    success Bool,
    error_type LowCardinality(String)
)
engine = MergeTree
order by (model_name, tool_name, parameters, call_timestamp)
