-- plpgsql, because that keeps the plan.
create or replace function perf_internal.get_call_outcomes(
    success boolean,
    response_time_ms double precision,
    first_token_ms double precision
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    return jsonb_build_object(
        'success', get_call_outcomes.success,
        'response_time_ms',
        case when get_call_outcomes.success then get_call_outcomes.response_time_ms end,
        'first_token_ms',
        case when get_call_outcomes.success then get_call_outcomes.first_token_ms end
    );
end
$$;

comment on function perf_internal.get_call_outcomes is
    'The outcomes that a call is for a unit of an A/B test: whether it succeeded, and its times if it did.';

revoke execute on function perf_internal.get_call_outcomes from public;
