begin;
select plan(2);

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

select * from finish();
rollback;
