create or replace function perf_internal.get_config_metrics()
returns table (
    source text,
    metric text,
    source_metric text,
    percentile double precision,
    is_share boolean,
    unit text,
    higher_is text
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        m.pipeline,
        c.metric,
        c.source_metric,
        c.percentile,
        m.kind = 'share',
        m.unit,
        case m.better when 'lower' then 'worse' when 'higher' then 'better' else 'higher' end
    from (
        values
            (1, 'p50_response_time', 'response_time_ms', 0.5::float8),
            (2, 'p95_response_time', 'response_time_ms', 0.95),
            (3, 'p99_response_time', 'response_time_ms', 0.99),
            (4, 'p50_first_token_ms', 'first_token_ms', 0.5),
            (5, 'p95_first_token_ms', 'first_token_ms', 0.95),
            (6, 'p99_first_token_ms', 'first_token_ms', 0.99),
            (7, 'error_rate', 'error_rate', null),
            (8, 'avg_input_tokens', 'input_tokens', null),
            (9, 'avg_output_tokens', 'output_tokens', null),
            (10, 'p50_time_per_frame_ms', 'time_per_frame_ms', 0.5),
            (11, 'p95_time_per_frame_ms', 'time_per_frame_ms', 0.95),
            (12, 'p50_wall_time_ms', 'total_wall_time_ms', 0.5),
            (13, 'p95_wall_time_ms', 'total_wall_time_ms', 0.95),
            (14, 'failure_rate', 'failure_rate', null),
            (15, 'avg_gpu_time_ms', 'total_gpu_time_ms', null),
            (16, 'avg_vram_peak_mb', 'vram_peak_mb', null),
            (17, 'quality_rating', 'quality_rating', null)
        union all
        select 18, m.metric, m.metric, null
        from perf.metrics as m
        where m.pipeline = 'jobs'
            and starts_with(m.metric, 'quality.')
    ) as c (number, metric, source_metric, percentile)
    join perf.metrics as m on m.metric = c.source_metric
    order by c.number, c.metric;
$$;

comment on function perf_internal.get_config_metrics is
    'What get_config_impact() compares and guards may watch, of calls and of jobs (source): a percentile or, without one, the mean of a metric, or a share. Each quality score that a job has brought is one.';

revoke execute on function perf_internal.get_config_metrics from public;
grant execute on function perf_internal.get_config_metrics
    to authenticated, service_role, perf_admin, perf_analyst;
