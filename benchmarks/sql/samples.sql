-- The bundled calls, numbered within each model, and the configurations that make them.
create schema bench;

create table bench.samples (
    provider text not null,
    model text not null,
    number integer not null,
    latency_s double precision not null,
    first_token_s double precision,
    inter_token_latency_s double precision,
    input_tokens integer,
    output_tokens integer,
    error_code text,
    primary key (provider, model, number)
);

create table bench.configs (
    number integer primary key,
    id uuid not null unique,
    model_name text not null,
    tool_name text not null,
    parameters jsonb not null,
    scale double precision not null
);
