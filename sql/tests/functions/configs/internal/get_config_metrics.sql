begin;
select plan(4);

select results_eq(
    'select metric, source_metric, percentile from perf_internal.get_config_metrics()',
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
    from perf_internal.get_config_metrics() where unit = 'ms'),
    'p50_first_token_ms p50_response_time p95_first_token_ms p95_response_time p99_first_token_ms p99_response_time',
    'has percentiles of response times and of times to the first token'
);

select is(
    (select string_agg(metric, ' ' order by metric)
    from perf_internal.get_config_metrics() where higher_is = 'higher'),
    'avg_input_tokens avg_output_tokens',
    'does not judge tokens'
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
