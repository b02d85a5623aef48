create or replace function perf.get_own_calls(
    start_time timestamptz default now() - interval '1 day',
    end_time timestamptz default 'infinity',
    max_rows integer default 100
)
returns table (
    call_timestamp timestamptz,
    model_name text,
    tool_name text,
    parameters jsonb,
    response_time_ms double precision,
    first_token_ms double precision,
    success boolean,
    error_type text,
    input_tokens integer,
    output_tokens integer,
    call_id uuid,
    provider text,
    cached_input_tokens integer,
    cache_write_tokens integer,
    reasoning_tokens integer,
    cost double precision
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        c.call_timestamp,
        c.model_name,
        c.tool_name,
        c.parameters,
        c.response_time_ms,
        c.first_token_ms,
        c.success,
        c.error_type,
        c.input_tokens,
        c.output_tokens,
        c.call_id,
        c.provider,
        c.cached_input_tokens,
        c.cache_write_tokens,
        c.reasoning_tokens,
        c.cost
    from perf_internal.get_own_calls(
        get_own_calls.start_time,
        get_own_calls.end_time,
        get_own_calls.max_rows
    ) as c;
$$;

comment on function perf.get_own_calls is
    'The calls that the caller recorded in a time range, the newest first, at most max_rows (1 to 1000). For recorders, who cannot read perf.performance_metrics_raw; an admin allows it with perf.set_own_calls_readable(). parameters are those of the first call with the same ones that affect performance. Errors: 22023 bad argument, 42501 not a recorder, or not allowed.';

revoke execute on function perf.get_own_calls from public;
grant execute on function perf.get_own_calls
    to authenticated, service_role, perf_admin, perf_recorder;
