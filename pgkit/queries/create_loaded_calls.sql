-- Where calls with an id wait until it is known which of them are new.
create temporary table loaded_calls (
    model_tool_config_id uuid not null,
    call_timestamp timestamptz not null,
    response_time_ms double precision not null,
    first_token_ms double precision,
    input_tokens integer,
    output_tokens integer,
    cached_input_tokens integer,
    cache_write_tokens integer,
    reasoning_tokens integer,
    cost double precision,
    success boolean not null,
    error_type text,
    id uuid,
    line bigint generated always as identity
) on commit drop
