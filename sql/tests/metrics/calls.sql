begin;
select plan(5);

select results_eq(
    $$ select p.raw_table, p.series_column, p.time_column, p.series_view, p.failed_when,
           p.partition_width
       from perf_internal.pipelines as p
       where p.pipeline = 'calls' $$,
    $$ values (
        'perf.performance_metrics_raw', 'model_tool_config_id', 'call_timestamp',
        'perf_internal.call_series', 'not r.success', interval '1 day'
    ) $$,
    'calls are a pipeline, with a partition a day'
);
select results_eq(
    $$ select t.level, t.keep
       from perf.retention as t
       where t.pipeline = 'calls'
       order by t.keep $$,
    $$ values
        ('raw', interval '7 days'),
        ('hourly', interval '90 days'),
        ('daily', interval '2 years'),
        ('weekly', null) $$,
    'each call is kept 7 days, hours 90 days, days 2 years and weeks for ever'
);
select results_eq(
    $$ select m.metric, m.expression, m.unit, m.better
       from perf.metrics as m
       where m.pipeline = 'calls'
           and m.kind = 'measured'
       order by 1 $$,
    $$ values
        ('cache_write_tokens', 'r.cache_write_tokens', 'tokens', null),
        ('cached_input_tokens', 'r.cached_input_tokens', 'tokens', null),
        ('cost', 'r.cost', 'currency of the prices', 'lower'),
        ('first_token_ms', 'r.first_token_ms', 'ms', 'lower'),
        ('input_tokens', 'r.input_tokens', 'tokens', null),
        ('output_tokens', 'r.output_tokens', 'tokens', null),
        ('reasoning_tokens', 'r.reasoning_tokens', 'tokens', null),
        ('response_time_ms', 'r.response_time_ms', 'ms', 'lower') $$,
    'what is measured of a call are two times, numbers of tokens, and what it cost'
);
select results_eq(
    $$ select m.metric, m.base_metric, m.other_metric, m.better
       from perf.metrics as m
       where m.pipeline = 'calls'
           and m.kind = 'share'
       order by 1 $$,
    $$ values
        ('error_rate', 'failed_response_time_ms', 'response_time_ms', 'lower'),
        ('success_rate', 'successful_response_time_ms', 'response_time_ms', 'higher') $$,
    'error_rate and success_rate are shares of all calls'
);

select perf.record_call(
    'acme/one', 'chat', 100, false, input_tokens => 5, output_tokens => 7, first_token_ms => 20,
    call_timestamp => '2020-01-06 10:00+00'
);
select results_eq(
    $$ select m.metric, q.count, q.total
       from perf.metrics as m
       cross join lateral perf.query_metrics(
           m.metric, '2020-01-06 00:00+00', '2020-01-07 00:00+00'
       ) as q
       where m.pipeline = 'calls'
       order by 1 $$,
    $$ values
        ('error_rate', 1::bigint, 1::float8),
        ('failed_first_token_ms', 1, 20),
        ('failed_input_tokens', 1, 5),
        ('failed_output_tokens', 1, 7),
        ('failed_response_time_ms', 1, 100),
        ('first_token_ms', 1, 20),
        ('input_tokens', 1, 5),
        ('output_tokens', 1, 7),
        ('response_time_ms', 1, 100),
        ('success_rate', 1, 0) $$,
    'every metric of a failed call can be asked for; those of successful calls have no value'
);

select * from finish();
rollback;
