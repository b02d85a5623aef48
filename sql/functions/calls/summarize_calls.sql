-- The one query that says which calls are not yet rolled up, and the one that turns calls into
-- hourly measures. Stable, so it sees what the calling statement sees: the aggregation takes its
-- snapshot in the same statement, the reading functions add the result to the rollups they read.
--
-- A plan is made for each call: which of the conditions is there decides everything. Bins are
-- collected in arrays and counted after: grouping by bin would make a hash table of hundreds of
-- thousands of entries, at twice the time. The arrays take 9 bytes a call until then.
create or replace function perf_internal.summarize_calls(
    is_pending boolean,
    model_tool_config_ids uuid[] default null,
    start_time timestamptz default '-infinity',
    end_time timestamptz default 'infinity'
)
returns setof perf_internal.performance_metrics
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set jit = off
set enable_seqscan = off
set enable_sort = off
set max_parallel_workers_per_gather = 0
as $$
declare
    v_position record;
begin
    select p.* into v_position from perf_internal.get_rollup_position('calls') as p;
    return query
    with outcomes as (
        select
            r.model_tool_config_id,
            date_bin('1 hour', r.call_timestamp, '2001-01-01 00:00+00') as time_bucket,
            r.success,
            count(*) as calls,
            min(r.response_time_ms) as min_response_time,
            max(r.response_time_ms) as max_response_time,
            sum(r.response_time_ms) as sum_response_time,
            sum(r.input_tokens) as input_tokens,
            sum(r.output_tokens) as output_tokens,
            count(r.input_tokens) as input_token_calls,
            count(r.output_tokens) as output_token_calls,
            array_agg(
                case
                    when r.response_time_ms > 0
                    then greatest(-1389, ceil(ln(r.response_time_ms) / ln(1.01::float8))::integer)
                    else -1390
                end
            ) as response_time_bins,
            array_agg(
                case
                    when r.first_token_ms > 0
                    then greatest(-1389, ceil(ln(r.first_token_ms) / ln(1.01::float8))::integer)
                    else -1390
                end
            ) filter (where r.first_token_ms is not null) as first_token_bins
        from perf.performance_metrics_raw as r
        where (
                summarize_calls.model_tool_config_ids is null
                or r.model_tool_config_id = any(summarize_calls.model_tool_config_ids)
            )
            and r.call_timestamp >= summarize_calls.start_time
            and r.call_timestamp < summarize_calls.end_time
            and (
                r.transaction_id >= v_position.snapshot_xmax
                or r.transaction_id = any(v_position.in_progress)
            ) = summarize_calls.is_pending
        group by 1, 2, 3
    )
    select
        'hourly' as granularity,
        o.model_tool_config_id,
        o.time_bucket,
        null::uuid as id,
        sum(o.calls)::bigint as call_count,
        coalesce(sum(o.calls) filter (where o.success), 0)::bigint as success_count,
        coalesce(sum(o.calls) filter (where not o.success), 0)::bigint as error_count,
        null::float8 as avg_response_time,
        min(o.min_response_time) as min_response_time,
        max(o.max_response_time) as max_response_time,
        null::float8 as p50_response_time,
        null::float8 as p95_response_time,
        null::float8 as p99_response_time,
        null::float8 as avg_input_tokens,
        null::float8 as avg_output_tokens,
        sum(o.input_tokens)::bigint as total_input_tokens,
        sum(o.output_tokens)::bigint as total_output_tokens,
        null::float8 as p50_first_token_ms,
        null::float8 as p95_first_token_ms,
        null::float8 as p99_first_token_ms,
        null::timestamptz as created_at,
        null::timestamptz as updated_at,
        sum(o.sum_response_time) as sum_response_time,
        sum(o.input_token_calls)::bigint as input_token_calls,
        sum(o.output_token_calls)::bigint as output_token_calls,
        -- One row an outcome, so min() only picks it.
        perf.make_sketch(
            min(o.response_time_bins) filter (where o.success)
        ) as success_response_time_sketch,
        perf.make_sketch(
            min(o.first_token_bins) filter (where o.success)
        ) as success_first_token_sketch,
        min(o.sum_response_time) filter (where not o.success) as error_sum_response_time,
        min(o.min_response_time) filter (where not o.success) as error_min_response_time,
        min(o.max_response_time) filter (where not o.success) as error_max_response_time,
        min(o.input_tokens) filter (where not o.success) as error_total_input_tokens,
        min(o.output_tokens) filter (where not o.success) as error_total_output_tokens,
        perf.make_sketch(
            min(o.response_time_bins) filter (where not o.success)
        ) as error_response_time_sketch,
        perf.make_sketch(
            min(o.first_token_bins) filter (where not o.success)
        ) as error_first_token_sketch
    from outcomes as o
    group by 2, 3;
end
$$;

comment on function perf_internal.summarize_calls is
    'Calls by configuration and hour as rows of perf_internal.performance_metrics, without percentiles: those no run has read yet (is_pending), or all.';

revoke execute on function perf_internal.summarize_calls from public;
grant execute on function perf_internal.summarize_calls
    to authenticated, service_role, perf_admin, perf_analyst;
