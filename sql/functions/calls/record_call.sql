-- plpgsql, because that keeps the plan.
create or replace function perf.record_call(
    model_name text,
    tool_name text,
    response_time_ms double precision,
    success boolean default null,
    provider text default null,
    parameters jsonb default '{}',
    input_tokens integer default null,
    output_tokens integer default null,
    error_type text default null,
    first_token_ms double precision default null,
    call_timestamp timestamptz default null,
    call_id uuid default null,
    test_id uuid default null,
    unit_key text default null,
    cached_input_tokens integer default null,
    cache_write_tokens integer default null,
    reasoning_tokens integer default null,
    cost double precision default null
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    return perf_internal.record_call(
        record_call.model_name,
        record_call.tool_name,
        record_call.response_time_ms,
        record_call.success,
        record_call.provider,
        record_call.parameters,
        record_call.input_tokens,
        record_call.output_tokens,
        record_call.error_type,
        record_call.first_token_ms,
        record_call.call_timestamp,
        record_call.call_id,
        record_call.test_id,
        record_call.unit_key,
        record_call.cached_input_tokens,
        record_call.cache_write_tokens,
        record_call.reasoning_tokens,
        record_call.cost
    );
end
$$;

comment on function perf.record_call is
    'Records one call of a model. For several use perf.record_calls(): PostgREST passes on only the first element of a JSON array. Times in milliseconds. cached_input_tokens and cache_write_tokens are a part of input_tokens, reasoning_tokens of output_tokens. cost is what the provider billed. provider says who served this call, by default the provider of the model. Names and error_type are stored without the spaces around them. An error_type of none, null, nan, false, 0, {}, [] or nothing is no error. success defaults to whether there is no error_type; where it is given, it alone says whether the call failed. call_timestamp defaults to the time in a version 7 call_id, else now. A call_id makes a retry harmless: false means it was recorded before. With test_id and unit_key the call is an outcome of that unit of an A/B test while it runs: success, and of a call that succeeded response_time_ms and first_token_ms, as far as the test has these metrics. Errors: 22023 bad argument, PT404 no such test, 42501 not a recorder.';

revoke execute on function perf.record_call from public;
grant execute on function perf.record_call
    to authenticated, service_role, perf_admin, perf_recorder;
