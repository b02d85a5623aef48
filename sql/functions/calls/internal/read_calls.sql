create or replace function perf_internal.read_calls(
    config_ids uuid[],
    start_time timestamptz,
    end_time timestamptz,
    outcome text,
    granularity text default null,
    group_numbers integer[] default null,
    time_zone text default 'UTC'
)
returns table (
    group_number integer,
    time_bucket timestamptz,
    all_count bigint,
    error_count bigint,
    call_count bigint,
    avg_response_time double precision,
    min_response_time double precision,
    max_response_time double precision,
    response_times double precision[],
    first_tokens double precision[],
    total_input_tokens bigint,
    total_output_tokens bigint,
    output_tokens_per_second double precision
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_prefix text := perf_internal.get_outcome_prefix(read_calls.outcome);
begin
    return query
    select
        r.group_number,
        r.time_bucket,
        max(r.count) filter (where r.metric = 'response_time_ms'),
        coalesce(max(r.count) filter (where r.metric = 'failed_response_time_ms'), 0),
        coalesce(max(r.count) filter (where r.metric = v_prefix || 'response_time_ms'), 0),
        max(r.sum / r.count) filter (where r.metric = v_prefix || 'response_time_ms'),
        max(r.min) filter (where r.metric = v_prefix || 'response_time_ms'),
        max(r.max) filter (where r.metric = v_prefix || 'response_time_ms'),
        max(r.percentile_values) filter (where r.metric = v_prefix || 'response_time_ms'),
        max(r.percentile_values) filter (where r.metric = v_prefix || 'first_token_ms'),
        (max(r.sum) filter (where r.metric = v_prefix || 'input_tokens'))::bigint,
        (max(r.sum) filter (where r.metric = v_prefix || 'output_tokens'))::bigint,
        case
            when read_calls.granularity is null
            then max(r.sum) filter (where r.metric = 'successful_output_tokens') * 1000
                / nullif(max(r.sum) filter (where r.metric = 'successful_response_time_ms'), 0)
        end
    from perf_internal.read_metrics(
        'calls',
        array[
            'response_time_ms',
            'failed_response_time_ms',
            v_prefix || 'response_time_ms',
            v_prefix || 'first_token_ms',
            v_prefix || 'input_tokens',
            v_prefix || 'output_tokens'
        ] || case
            when read_calls.granularity is null
            then '{successful_output_tokens,successful_response_time_ms}'::text[]
        end,
        read_calls.config_ids,
        read_calls.start_time,
        read_calls.end_time,
        granularity => read_calls.granularity,
        group_numbers => read_calls.group_numbers,
        sketched_metrics => array[v_prefix || 'response_time_ms', v_prefix || 'first_token_ms'],
        time_zone => read_calls.time_zone
    ) as r
    group by 1, 2;
end
$$;

comment on function perf_internal.read_calls is
    'Calls of configurations over a time range, by group and, with a granularity, by bucket; see perf_internal.read_metrics. call_count, times (ms) and tokens are of all, successful or failed calls (outcome: all, success, error); all_count and error_count are of all calls. Percentiles 50, 95, 99. Tokens per second are what successful calls put out, and null with a granularity.';

revoke execute on function perf_internal.read_calls from public;
grant execute on function perf_internal.read_calls
    to authenticated, service_role, perf_admin, perf_analyst;
