-- Calls of models: models, tools, configurations, and every call. A name has no control characters and
-- no spaces around it.
create table perf.models (
    id uuid primary key default gen_random_uuid(),
    name text not null unique,
    provider text not null,
    model_type varchar(20),
    created_at timestamptz not null default now(),
    constraint model_name_is_1_to_200_characters check (
        name ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(name) <= 200
    ),
    constraint provider_is_1_to_200_characters check (
        provider ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(provider) <= 200
    ),
    constraint model_type_is_not_blank check (
        model_type ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
    )
);

comment on table perf.models is 'A model that is called.';
comment on column perf.models.id is 'Key of the model.';
comment on column perf.models.name is 'Unique, so best written provider/model.';
comment on column perf.models.provider is
    'Who serves the model: what recording says, else what stands before the first slash of the name, else unknown.';
comment on column perf.models.model_type is
    'The key that configurations and generation logs share (sdxl, wan, ...).';
comment on column perf.models.created_at is 'When the model was first used or registered.';

-- For the models of a type: the impact of a configuration.
create index models_model_type_idx on perf.models (model_type) where model_type is not null;

create table perf.tools (
    id uuid primary key default gen_random_uuid(),
    name text not null unique,
    description text,
    created_at timestamptz not null default now(),
    constraint tool_name_is_1_to_200_characters check (
        name ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(name) <= 200
    )
);

comment on table perf.tools is 'What a model is called for: chat, search, a function of your own.';
comment on column perf.tools.id is 'Key of the tool.';
comment on column perf.tools.name is 'Unique. The tool_name that recording gives.';
comment on column perf.tools.description is 'For people; pgkit does not read it.';
comment on column perf.tools.created_at is 'When the tool was first used.';

create table perf.model_tool_configs (
    id uuid primary key default gen_random_uuid(),
    model_id uuid not null references perf.models (id),
    tool_id uuid not null references perf.tools (id),
    parameters jsonb not null default '{}',
    parameter_hash text not null,
    provider text,
    created_at timestamptz not null default now(),
    unique nulls not distinct (model_id, tool_id, parameter_hash, provider),
    constraint parameters_is_an_object check (jsonb_typeof(parameters) = 'object'),
    constraint provider_is_1_to_200_characters check (
        provider ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(provider) <= 200
    )
);

comment on table perf.model_tool_configs is
    'A model, a tool, one set of the parameters that affect performance, and who served the calls.';
comment on column perf.model_tool_configs.id is
    'Key of the configuration, and the series of its rollups.';
comment on column perf.model_tool_configs.model_id is 'The model that is called.';
comment on column perf.model_tool_configs.tool_id is 'What it is called for.';
comment on column perf.model_tool_configs.parameters is
    'All parameters of the first call of this set, also those that are not hashed.';
comment on column perf.model_tool_configs.parameter_hash is
    'Hash of thinking_mode, use_websearch, streaming, max_tokens and temperature; set by a trigger.';
comment on column perf.model_tool_configs.provider is
    'Who served these calls, where that is not the provider of the model: a router has one model from several. Null for the provider of the model.';
comment on column perf.model_tool_configs.created_at is 'When the first such call was recorded.';

-- For the foreign key, and for the configurations of a tool.
create index model_tool_configs_tool_id_idx on perf.model_tool_configs (tool_id);

create table perf.recorders (
    id integer generated always as identity primary key,
    user_id uuid unique,
    login text unique,
    created_at timestamptz not null default now(),
    constraint a_recorder_is_a_user_or_a_login check (num_nonnulls(user_id, login) = 1)
);

comment on table perf.recorders is 'Who recorded calls: users of tokens, and database roles.';
comment on column perf.recorders.id is 'The recorder_id of perf.performance_metrics_raw.';
comment on column perf.recorders.user_id is
    'The user that the token named, an id of perf.profiles where there is a profile; null for a database role.';
comment on column perf.recorders.login is
    'The database role, such as service_role, that recorded without a user; else null.';
comment on column perf.recorders.created_at is 'When it first recorded.';

create type perf_internal.call as (
    model_name text,
    tool_name text,
    response_time_ms double precision,
    success boolean,
    provider text,
    parameters jsonb,
    input_tokens integer,
    output_tokens integer,
    error_type text,
    first_token_ms double precision,
    call_timestamp timestamptz,
    call_id uuid,
    test_id uuid,
    unit_key text,
    cached_input_tokens integer,
    cache_write_tokens integer,
    reasoning_tokens integer,
    cost double precision
);

comment on type perf_internal.call is
    'What record_call() takes, and each element of record_calls().';

create type perf_internal.call_kind as (
    model_name text,
    tool_name text,
    provider text,
    parameters jsonb,
    config_id uuid
);

comment on type perf_internal.call_kind is
    'Model, tool, provider and parameters of calls, and the configuration that they have.';

-- The order of the columns leaves no gaps for alignment. model_tool_config_id has no foreign key: a
-- trigger checks it once per statement, at a third of the cost. It has no index either, because
-- reports read rollups.
create table perf.performance_metrics_raw (
    model_tool_config_id uuid not null,
    call_timestamp timestamptz not null,
    response_time_ms double precision not null,
    transaction_id bigint not null default txid_current(),
    first_token_ms double precision,
    cost double precision,
    created_at timestamptz,
    input_tokens integer,
    output_tokens integer,
    cached_input_tokens integer,
    cache_write_tokens integer,
    reasoning_tokens integer,
    recorder_id integer,
    success boolean not null,
    error_type text,
    id uuid,
    constraint response_time_is_0_to_1e10_ms check (response_time_ms between 0 and 1e10),
    constraint first_token_is_0_to_1e10_ms check (first_token_ms between 0 and 1e10),
    constraint input_tokens_are_not_negative check (input_tokens >= 0),
    constraint output_tokens_are_not_negative check (output_tokens >= 0),
    constraint cached_input_tokens_are_not_negative check (cached_input_tokens >= 0),
    constraint cache_write_tokens_are_not_negative check (cache_write_tokens >= 0),
    constraint reasoning_tokens_are_not_negative check (reasoning_tokens >= 0),
    constraint parts_of_tokens_are_at_most_the_whole check (
        coalesce(cached_input_tokens, 0)::bigint + coalesce(cache_write_tokens, 0) <= input_tokens
        and reasoning_tokens <= output_tokens
    ),
    constraint cost_is_0_to_1e9 check (cost between 0 and 1e9),
    constraint error_type_is_1_to_200_characters check (
        error_type ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(error_type) <= 200
    )
) partition by range (call_timestamp);

comment on table perf.performance_metrics_raw is
    'One call. Written only by functions; kept 7 days.';
comment on column perf.performance_metrics_raw.model_tool_config_id is
    'Model, tool and parameters: an id of perf.model_tool_configs.';
comment on column perf.performance_metrics_raw.call_timestamp is
    'When the call was made. Its hour, day and week follow from this.';
comment on column perf.performance_metrics_raw.response_time_ms is
    'Milliseconds until the whole answer was there, 0 to 1e10.';
comment on column perf.performance_metrics_raw.transaction_id is
    'Id of the transaction that recorded the call; 0 if the call was rolled up before a restore.';
comment on column perf.performance_metrics_raw.first_token_ms is 'Time to the first token.';
comment on column perf.performance_metrics_raw.created_at is
    'When the call was recorded; null if at call_timestamp, or if loaded in bulk.';
comment on column perf.performance_metrics_raw.input_tokens is
    'Tokens that the call sent, with those of the cache; null if unknown.';
comment on column perf.performance_metrics_raw.output_tokens is
    'Tokens that the call got back, with those of reasoning; null if unknown.';
comment on column perf.performance_metrics_raw.cached_input_tokens is
    'Those of input_tokens that the provider read from its cache; null if unknown.';
comment on column perf.performance_metrics_raw.cache_write_tokens is
    'Those of input_tokens that the provider wrote to its cache; null if unknown.';
comment on column perf.performance_metrics_raw.reasoning_tokens is
    'Those of output_tokens that the model used to reason; null if unknown.';
comment on column perf.performance_metrics_raw.cost is
    'What the provider billed for the call, in the currency of the prices of the model; null if unknown.';
comment on column perf.performance_metrics_raw.recorder_id is
    'Who recorded the call: an id of perf.recorders; null if loaded in bulk.';
comment on column perf.performance_metrics_raw.success is 'Whether the call succeeded.';
comment on column perf.performance_metrics_raw.error_type is
    'What went wrong, for example timeout; null if nothing or unknown.';
comment on column perf.performance_metrics_raw.id is
    'The call_id of the caller, which makes a retry harmless; null without one.';

-- Finds rows that no run has read: the newest pages, and pages written by transactions that
-- committed late.
create index performance_metrics_raw_transaction_id_idx
    on perf.performance_metrics_raw using brin (transaction_id) with (pages_per_range = 64);

-- Finds the last minutes: without it each evaluation of alerts would read the whole day.
create index performance_metrics_raw_call_timestamp_idx
    on perf.performance_metrics_raw using brin (call_timestamp) with (pages_per_range = 64);

-- Finds what failed, of which rollups know how often but not why. With the error type in it, it
-- would be twice as large and not much faster.
create index performance_metrics_raw_failed_idx
    on perf.performance_metrics_raw (call_timestamp)
    where not success;

-- Finds a call_id that was recorded before.
create unique index performance_metrics_raw_call_timestamp_id_idx
    on perf.performance_metrics_raw (call_timestamp, id, model_tool_config_id)
    where id is not null;

create table perf_internal.performance_metrics_raw_default
    partition of perf.performance_metrics_raw default;

comment on table perf_internal.performance_metrics_raw_default is
    'Calls outside every daily partition, until ensure_partitions() moves them.';
