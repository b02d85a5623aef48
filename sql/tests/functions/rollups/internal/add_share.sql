begin;
select plan(9);

select lives_ok(
    $$ select perf_internal.add_share(
           'token_report_rate', 'input_tokens', 'response_time_ms',
           better => 'higher', meaning => 'How many of the calls reported tokens.'
       ) $$,
    'adds a share'
);
select results_eq(
    $$ select m.pipeline, m.kind, m.unit, m.better, m.meaning, m.expression, m.base_metric,
           m.other_metric
       from perf.metrics as m
       where m.metric = 'token_report_rate' $$,
    $$ values (
        'calls', 'share', 'share', 'higher', 'How many of the calls reported tokens.', null::text,
        'input_tokens', 'response_time_ms'
    ) $$,
    'of the pipeline that its metrics belong to'
);

select lives_ok(
    $$ select perf_internal.add_share(
           'token_report_rate', 'output_tokens', 'first_token_ms', better => null, meaning => 'X.'
       ) $$,
    'adds it again'
);
select results_eq(
    $$ select m.pipeline, m.kind, m.unit, m.better, m.meaning, m.expression, m.base_metric,
           m.other_metric
       from perf.metrics as m
       where m.metric = 'token_report_rate' $$,
    $$ values (
        'calls', 'share', 'share', null::text, 'X.', null::text, 'output_tokens', 'first_token_ms'
    ) $$,
    'which changes it'
);

select throws_ok(
    $$ select perf_internal.add_share('x', 'unknown', 'response_time_ms', 'lower', 'X.') $$,
    '22023',
    'share "x" must be of two metrics of one pipeline, got "unknown" and "response_time_ms"',
    'refuses a share of a metric that is none'
);
select throws_ok(
    $$ select perf_internal.add_share('x', 'response_time_ms', 'unknown', 'lower', 'X.') $$,
    '22023',
    null,
    'from either side'
);
select throws_ok(
    $$ select perf_internal.add_share(
           'x', 'failed_response_time_ms', 'response_time_ms', 'good', 'X.'
       ) $$,
    '23514',
    null,
    'better is higher or lower'
);

insert into perf_internal.pipelines
select 'other', p.raw_table, p.series_column, p.time_column, p.series_view, null, p.partition_width
from perf_internal.pipelines as p
where p.pipeline = 'calls';
insert into perf.metrics (metric, pipeline, kind, unit, meaning, expression)
values ('size_mb', 'other', 'measured', 'mb', 'Size.', 'r.size');
select throws_ok(
    $$ select perf_internal.add_share('x', 'size_mb', 'response_time_ms', 'lower', 'X.') $$,
    '22023',
    null,
    'refuses metrics of two pipelines'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.add_share(
           'x', 'failed_response_time_ms', 'response_time_ms', 'lower', 'X.'
       ) $$,
    '42501',
    null,
    'only the owner may call it'
);

select * from finish();
rollback;
