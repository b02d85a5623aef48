-- The bare minimum: the columns of a call, no key, no index, no check.
create table bench.raw (
    model_tool_config_id uuid not null,
    call_timestamp timestamptz not null,
    response_time_ms double precision not null,
    first_token_ms double precision,
    input_tokens integer,
    output_tokens integer,
    success boolean not null,
    error_type text
);

grant usage on schema bench to perf_recorder;
grant insert on bench.raw to perf_recorder;
