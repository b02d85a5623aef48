create or replace function perf.get_model_comparison(
    start_time timestamptz,
    end_time timestamptz,
    tool_name text default null,
    outcome text default 'success'
)
returns table (
    model text,
    provider text,
    model_type text,
    call_count bigint,
    success_rate double precision,
    avg_response_time double precision,
    p50_response_time double precision,
    p95_response_time double precision,
    p99_response_time double precision,
    p50_first_token_ms double precision,
    p95_first_token_ms double precision,
    p99_first_token_ms double precision,
    error_count bigint,
    total_input_tokens bigint,
    total_output_tokens bigint,
    output_tokens_per_second double precision
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
#variable_conflict use_column
declare
    v_config_ids uuid[];
begin
    perform perf_internal.check_time_range(
        get_model_comparison.start_time, get_model_comparison.end_time
    );
    perform perf_internal.check_outcome(get_model_comparison.outcome);
    v_config_ids := perf_internal.get_config_ids(tool_name => get_model_comparison.tool_name);
    return query
    with by_model as materialized (
        select
            s.model_id,
            s.m as all_calls,
            perf_internal.filter_outcome(s.m, get_model_comparison.outcome) as m
        from (
            select c.model_id, perf_internal.sum_metrics(r) as m
            from perf_internal.read_metrics(
                v_config_ids, get_model_comparison.start_time, get_model_comparison.end_time
            ) as r
            join perf.model_tool_configs as c on c.id = r.model_tool_config_id
            group by c.model_id
        ) as s
    )
    select
        o.name,
        o.provider,
        o.model_type::text,
        (b.all_calls).call_count,
        (b.all_calls).success_count::float8 / (b.all_calls).call_count,
        (b.m).sum_response_time / nullif((b.m).call_count, 0),
        least(greatest(r.percentiles[1], (b.m).min_response_time), (b.m).max_response_time),
        least(greatest(r.percentiles[2], (b.m).min_response_time), (b.m).max_response_time),
        least(greatest(r.percentiles[3], (b.m).min_response_time), (b.m).max_response_time),
        f.percentiles[1],
        f.percentiles[2],
        f.percentiles[3],
        (b.all_calls).error_count,
        (b.m).total_input_tokens,
        (b.m).total_output_tokens,
        ((b.m).total_output_tokens - coalesce((b.m).error_total_output_tokens, 0)) * 1000
            / nullif((b.m).sum_response_time - coalesce((b.m).error_sum_response_time, 0), 0)
    from by_model as b
    join perf.models as o on o.id = b.model_id
    cross join lateral (
        select
            perf.get_sketch_percentiles(
                (b.m).success_response_time_sketch, other => (b.m).error_response_time_sketch
            ) as percentiles
        offset 0
    ) as r
    cross join lateral (
        select
            perf.get_sketch_percentiles(
                (b.m).success_first_token_sketch, other => (b.m).error_first_token_sketch
            ) as percentiles
        offset 0
    ) as f
    order by 7 nulls last, 1;
end
$$;

comment on function perf.get_model_comparison is
    'Models side by side over the hours that start in a range, fastest median first. Calls, success rate and errors are of all calls; response times and first tokens (ms) and tokens of successful ones, because a refusal is fast (outcome: success, error, all); output_tokens_per_second is what successful calls put out. Errors: 22023 bad argument, PT404 unknown tool.';

revoke execute on function perf.get_model_comparison from public;
grant execute on function perf.get_model_comparison
    to authenticated, service_role, perf_admin, perf_analyst;
