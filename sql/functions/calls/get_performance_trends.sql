create or replace function perf.get_performance_trends(
    model_name text,
    tool_name text,
    start_time timestamptz,
    end_time timestamptz,
    granularity text default 'hourly',
    parameters jsonb default null,
    outcome text default 'all'
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
set timezone = 'UTC'
set jit = off
as $$
#variable_conflict use_column
declare
    v_config_ids uuid[];
    v_width interval := perf_internal.get_width(get_performance_trends.granularity);
    v_start timestamptz;
    v_end timestamptz;
begin
    perform perf_internal.check_time_range(
        get_performance_trends.start_time, get_performance_trends.end_time
    );
    perform perf_internal.check_outcome(get_performance_trends.outcome);
    v_config_ids := perf_internal.get_config_ids(
        coalesce(get_performance_trends.model_name, ''),
        coalesce(get_performance_trends.tool_name, ''),
        parameters => get_performance_trends.parameters
    );
    v_start := date_bin(
        v_width,
        get_performance_trends.start_time + v_width - interval '1 microsecond',
        '2001-01-01 00:00+00'
    );
    v_end := date_bin(
        v_width,
        get_performance_trends.end_time + v_width - interval '1 microsecond',
        '2001-01-01 00:00+00'
    );
    return query
    with pending as materialized (
        select date_bin(v_width, c.time_bucket, '2001-01-01 00:00+00') as bucket, c as m
        from perf_internal.summarize_calls(
            is_pending => true,
            model_tool_config_ids => v_config_ids,
            start_time => v_start,
            end_time => v_end
        ) as c
    ),
    -- All other buckets are one row, which says its percentiles itself; of one configuration, all.
    merged as materialized (
        select m.time_bucket as bucket
        from perf_internal.performance_metrics as m
        where (cardinality(v_config_ids) > 1 or get_performance_trends.outcome <> 'all')
            and m.granularity = get_performance_trends.granularity
            and m.model_tool_config_id = any(v_config_ids)
            and m.time_bucket >= v_start
            and m.time_bucket < v_end
        group by m.time_bucket
        having count(*) > 1 or get_performance_trends.outcome <> 'all'
        union
        select p.bucket
        from pending as p
    ),
    parts as (
        select m.time_bucket, m
        from perf_internal.performance_metrics as m
        where m.granularity = get_performance_trends.granularity
            and m.model_tool_config_id = any(v_config_ids)
            and m.time_bucket >= v_start
            and m.time_bucket < v_end
            and m.time_bucket in (select g.bucket from merged as g)
        union all
        select p.bucket, p.m
        from pending as p
    ),
    buckets as materialized (
        select
            p.time_bucket,
            case get_performance_trends.outcome
                when 'all' then perf_internal.sum_metrics(p.m)
                else perf_internal.filter_outcome(
                    perf_internal.sum_metrics(p.m), get_performance_trends.outcome
                )
            end as m
        from parts as p
        group by p.time_bucket
    )
    select
        b.time_bucket,
        (b.m).sum_response_time / (b.m).call_count,
        least(greatest(r.percentiles[2], (b.m).min_response_time), (b.m).max_response_time),
        least(greatest(r.percentiles[3], (b.m).min_response_time), (b.m).max_response_time),
        (b.m).call_count,
        (b.m).success_count::float8 / (b.m).call_count,
        least(greatest(r.percentiles[1], (b.m).min_response_time), (b.m).max_response_time),
        (b.m).min_response_time,
        (b.m).max_response_time,
        f.percentiles[1],
        f.percentiles[2],
        f.percentiles[3],
        (b.m).error_count,
        (b.m).total_input_tokens,
        (b.m).total_output_tokens
    from buckets as b
    cross join lateral (
        select perf.get_sketch_percentiles(
            (b.m).success_response_time_sketch, other => (b.m).error_response_time_sketch
        ) as percentiles
        offset 0
    ) as r
    cross join lateral (
        select perf.get_sketch_percentiles(
            (b.m).success_first_token_sketch, other => (b.m).error_first_token_sketch
        ) as percentiles
        offset 0
    ) as f
    where (b.m).call_count > 0
    union all
    select
        m.time_bucket,
        m.avg_response_time,
        m.p95_response_time,
        m.p99_response_time,
        m.call_count,
        m.success_count::float8 / m.call_count,
        m.p50_response_time,
        m.min_response_time,
        m.max_response_time,
        m.p50_first_token_ms,
        m.p95_first_token_ms,
        m.p99_first_token_ms,
        m.error_count,
        m.total_input_tokens,
        m.total_output_tokens
    from perf_internal.performance_metrics as m
    where m.granularity = get_performance_trends.granularity
        and m.model_tool_config_id = any(v_config_ids)
        and m.time_bucket >= v_start
        and m.time_bucket < v_end
        and m.time_bucket not in (select g.bucket from merged as g)
    order by 1;
end
$$;

comment on function perf.get_performance_trends is
    'Response times (ms), calls and tokens of a model and tool by hour, day or week (granularity: hourly, daily, weekly; UTC, weeks from Monday) for the buckets that start in the range, with calls not yet rolled up. All parameter sets together, or those with the given parameters; outcome: all, success, error. Percentiles are within 0.5 %. Errors: 22023 bad argument, PT404 unknown model or tool.';

revoke execute on function perf.get_performance_trends from public;
grant execute on function perf.get_performance_trends
    to authenticated, service_role, perf_admin, perf_analyst;
