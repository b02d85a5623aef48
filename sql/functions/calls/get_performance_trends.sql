create or replace function perf.get_performance_trends(
    model_name text,
    tool_name text,
    start_time timestamptz,
    end_time timestamptz,
    granularity text default 'hourly',
    parameters jsonb default null,
    outcome text default 'all',
    max_rows integer default 1000,
    time_zone text default 'UTC'
)
returns table (
    time_bucket timestamptz,
    avg_response_time double precision,
    p95_response_time double precision,
    p99_response_time double precision,
    call_count bigint,
    success_rate double precision,
    p50_response_time double precision,
    min_response_time double precision,
    max_response_time double precision,
    p50_first_token_ms double precision,
    p95_first_token_ms double precision,
    p99_first_token_ms double precision,
    error_count bigint,
    total_input_tokens bigint,
    total_output_tokens bigint
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_config_ids uuid[];
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.get_width(get_performance_trends.granularity);
    perform perf_internal.check_time_range(
        get_performance_trends.start_time, get_performance_trends.end_time
    );
    perform perf_internal.check_max_rows(get_performance_trends.max_rows);
    perform perf_internal.check_time_zone(get_performance_trends.time_zone);
    select g.config_ids
    into v_config_ids
    from perf_internal.get_config_groups(
        coalesce(get_performance_trends.model_name, ''),
        coalesce(get_performance_trends.tool_name, ''),
        parameters => get_performance_trends.parameters
    ) as g;
    return query
    select
        c.time_bucket,
        c.avg_response_time,
        c.response_times[2],
        c.response_times[3],
        c.call_count,
        (c.all_count - c.error_count)::float8 / c.all_count,
        c.response_times[1],
        c.min_response_time,
        c.max_response_time,
        c.first_tokens[1],
        c.first_tokens[2],
        c.first_tokens[3],
        c.error_count,
        c.total_input_tokens,
        c.total_output_tokens
    from perf_internal.read_calls(
        v_config_ids,
        get_performance_trends.start_time,
        get_performance_trends.end_time,
        get_performance_trends.outcome,
        granularity => get_performance_trends.granularity,
        time_zone => get_performance_trends.time_zone
    ) as c
    where c.call_count > 0
    order by 1
    limit get_performance_trends.max_rows + 1;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(
        get_performance_trends.max_rows, v_row_count, get_performance_trends.granularity
    );
end
$$;

comment on function perf.get_performance_trends is
    'Response times (ms), calls and tokens of a model and tool by hour, day or week (granularity: hourly, daily, weekly from Monday) for the buckets that start in the range, with calls not yet rolled up. A day or week of time_zone (UTC, or a name such as Asia/Kolkata) is the hours of UTC that start in it, and time_bucket is the first of them; hours are the same in every zone. All parameter sets together, or those with the given parameters. outcome (all, success, error) says whose call_count, times and tokens these are. success_rate and error_count are of all calls. Percentiles are within 0.5 %. Errors: 22023 bad argument, or more than max_rows (at most 100000) buckets, 42501 not an analyst, PT404 unknown model or tool.';

revoke execute on function perf.get_performance_trends from public;
grant execute on function perf.get_performance_trends
    to authenticated, service_role, perf_admin, perf_analyst;
