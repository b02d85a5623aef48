begin;
select plan(6);

-- Failed and successful parts of a score are metrics too.
select perf_internal.add_named_metrics('jobs', '{quality.likeness,quality.anatomy,stage.load}');

select results_eq(
    $$ select metric, source_metric, percentile
       from perf_internal.get_config_metrics()
       where source = 'calls' $$,
    $$ values
        ('p50_response_time', 'response_time_ms', 0.5::float8),
        ('p95_response_time', 'response_time_ms', 0.95),
        ('p99_response_time', 'response_time_ms', 0.99),
        ('p50_first_token_ms', 'first_token_ms', 0.5),
        ('p95_first_token_ms', 'first_token_ms', 0.95),
        ('p99_first_token_ms', 'first_token_ms', 0.99),
        ('error_rate', 'error_rate', null),
        ('avg_input_tokens', 'input_tokens', null),
        ('avg_output_tokens', 'output_tokens', null) $$,
    'says of each metric of a configuration what it is measured from, in the order of reports'
);

select is(
    (select string_agg(metric, ' ' order by metric)
    from perf_internal.get_config_metrics() where unit = 'ms' and source = 'calls'),
    'p50_first_token_ms p50_response_time p95_first_token_ms p95_response_time p99_first_token_ms p99_response_time',
    'has percentiles of response times and of times to the first token'
);

select is(
    (select string_agg(metric, ' ' order by metric)
    from perf_internal.get_config_metrics() where higher_is = 'higher'),
    'avg_input_tokens avg_output_tokens',
    'does not judge tokens'
);

select results_eq(
    $$ select metric, source_metric, percentile, is_share, higher_is
       from perf_internal.get_config_metrics()
       where source = 'jobs' $$,
    $$ values
        ('p50_time_per_frame_ms', 'time_per_frame_ms', 0.5::float8, false, 'worse'),
        ('p95_time_per_frame_ms', 'time_per_frame_ms', 0.95, false, 'worse'),
        ('p50_wall_time_ms', 'total_wall_time_ms', 0.5, false, 'worse'),
        ('p95_wall_time_ms', 'total_wall_time_ms', 0.95, false, 'worse'),
        ('failure_rate', 'failure_rate', null, true, 'worse'),
        ('avg_gpu_time_ms', 'total_gpu_time_ms', null, false, 'worse'),
        ('avg_vram_peak_mb', 'vram_peak_mb', null, false, 'worse'),
        ('quality_rating', 'quality_rating', null, false, 'better'),
        ('quality.anatomy', 'quality.anatomy', null, false, 'better'),
        ('quality.likeness', 'quality.likeness', null, false, 'better') $$,
    'has what is measured of jobs, and each quality score that jobs have brought'
);

select is_empty(
    $$ select metric from perf_internal.get_config_metrics() group by metric having count(*) > 1 $$,
    'a name says what it is of'
);

update perf.metrics set better = 'higher', unit = 'words' where metric = 'output_tokens';

select results_eq(
    $$ select unit, higher_is from perf_internal.get_config_metrics()
       where metric in ('error_rate', 'avg_output_tokens') $$,
    $$ values ('share', 'worse'), ('words', 'better') $$,
    'unit and direction are those of perf.metrics'
);

select * from finish();
rollback;
