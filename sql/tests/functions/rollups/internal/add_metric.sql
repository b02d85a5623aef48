begin;
select plan(22);

set local timezone = 'UTC';

create function pg_temp.metrics(name text)
returns setof text
language sql
as $$
    select concat_ws(
        ' | ', m.metric, m.pipeline, m.kind, m.unit, m.better, m.meaning, m.expression,
        m.base_metric, m.other_metric
    )
    from perf.metrics as m
    where m.metric like '%' || name
    order by m.metric
$$;

select lives_ok(
    $$ select perf_internal.add_metric(
           'calls', 'total_tokens', 'r.input_tokens + r.output_tokens', unit => 'tokens',
           better => 'lower', meaning => 'Tokens of both ways.'
       ) $$,
    'adds a metric'
);
select results_eq(
    $$ select * from pg_temp.metrics('total_tokens') $$,
    $$ values
        ('failed_total_tokens | calls | failed | tokens | lower | '
            'Tokens of both ways. Of failed rows only. | total_tokens'),
        ('successful_total_tokens | calls | difference | tokens | lower | '
            'Tokens of both ways. Of successful rows only. | total_tokens | failed_total_tokens'),
        ('total_tokens | calls | measured | tokens | lower | '
            'Tokens of both ways. | r.input_tokens + r.output_tokens') $$,
    'and, because calls can fail, that of failed and of successful ones'
);

select perf_internal.add_metric(
    'calls', 'plain', 'r.input_tokens', 'tokens', null, 'Tokens.', is_sketched => false
);
select results_eq(
    $$ select m.metric, m.is_sketched
       from perf.metrics as m
       where m.metric like '%plain'
       order by m.metric collate "C" $$,
    $$ values ('failed_plain', false), ('plain', false), ('successful_plain', false) $$,
    'without a sketch, what failed and what succeeded has none either'
);

insert into perf.performance_metrics_raw (
    model_tool_config_id, call_timestamp, response_time_ms, success, input_tokens, output_tokens,
    transaction_id
)
select
    perf_internal.add_config('acme/one', 'chat', null, '{}'), '2020-01-06', 1, c.success, c.i, c.o, 5
from (values (true, 10, 20), (false, 1, 2), (true, 5, null)) as c (success, i, o);
select perf.aggregate_performance_metrics();
select results_eq(
    $$ select r.metric, r.count, r.sum
       from perf_internal.rollups as r
       where r.granularity = 'weekly'
           and r.metric like '%total_tokens'
       order by 1 $$,
    $$ values ('failed_total_tokens', 1::bigint, 3::float8), ('total_tokens', 2, 33) $$,
    'the next run counts it, where a row has it'
);
select results_eq(
    $$ select q.count, q.total
       from perf.query_metrics(
           'successful_total_tokens', '2020-01-06 00:00+00', '2020-01-07 00:00+00'
       ) as q $$,
    'values (1::bigint, 30::float8)',
    'and it can be asked for'
);

select lives_ok(
    $$ select perf_internal.add_metric(
           'calls', 'total_tokens', 'r.output_tokens', unit => 'kilotokens', better => null,
           meaning => 'X.'
       ) $$,
    'adds it again'
);
select results_eq(
    $$ select * from pg_temp.metrics('total_tokens') $$,
    $$ values
        ('failed_total_tokens | calls | failed | kilotokens | X. Of failed rows only. | total_tokens'),
        ('successful_total_tokens | calls | difference | kilotokens | X. Of successful rows only. | '
            'total_tokens | failed_total_tokens'),
        ('total_tokens | calls | measured | kilotokens | X. | r.output_tokens') $$,
    'which changes it'
);

update perf_internal.pipelines as p set failed_when = null where p.pipeline = 'calls';
select lives_ok(
    $$ select perf_internal.add_metric('calls', 'size_mb', 'r.input_tokens', 'mb', 'lower', 'Size.') $$,
    'adds one where nothing fails'
);
select results_eq(
    $$ select * from pg_temp.metrics('size_mb') $$,
    $$ values ('size_mb | calls | measured | mb | lower | Size. | r.input_tokens') $$,
    'alone'
);

select throws_ok(
    $$ select perf_internal.add_metric('calls', 'size', 'r.size', 'mb', 'lower', 'Size.') $$,
    '42703',
    'column r.size does not exist',
    'refuses a mistake in the expression'
);

select throws_ok(
    $$ select perf_internal.add_metric('other', 'size', 'r.size', 'mb', 'lower', 'Size.') $$,
    '23503',
    null,
    'refuses an unknown pipeline'
);
-- Without an expression raw rows are summaries. Nothing fails in calls any more here.
select throws_ok(
    $$ select perf_internal.add_metric('calls', 'size', null, 'mb', 'lower', 'Size.') $$,
    -- PostgreSQL takes r.count for a call of count(), where r has no such column.
    '42803',
    null,
    'refuses a metric without an expression where raw rows are no summaries'
);
select throws_ok(
    $$ select perf_internal.add_metric('jobs', 'size', null, 'mb', 'lower', 'Size.') $$,
    '22023',
    'expression must be given, because rows of pipeline "jobs" can fail',
    'and where they can fail'
);
select throws_ok(
    $$ select perf_internal.add_metric('other', 'size', null, 'mb', 'lower', 'Size.') $$,
    'PT404',
    'there is no pipeline "other"',
    'and of an unknown pipeline'
);
select lives_ok(
    $$ select perf_internal.add_metric('features', 'feature_size', null, 'mb', null, 'Size.') $$,
    'adds one where they are'
);
select results_eq(
    $$ select * from pg_temp.metrics('feature_size') $$,
    $$ values ('feature_size | features | summary | mb | Size.') $$,
    'as a summary'
);
select throws_ok(
    $$ select perf_internal.add_metric(
           'features', 'feature_size', null, 'mb', null, 'Size.', is_sketched => false
       ) $$,
    '23514',
    null,
    'a summary brings a sketch'
);
select throws_ok(
    $$ select perf_internal.add_metric('calls', 'size', 'r.size', 'mb', 'good', 'Size.') $$,
    '23514',
    null,
    'better is higher or lower'
);

select throws_ok(
    $$ select perf_internal.add_metric('calls', 'failed_x', 'r.x', 'mb', 'lower', 'X.') $$,
    '22023',
    'metric must not begin with failed_ or successful_, got "failed_x"',
    'refuses the name of what failed'
);
select throws_ok(
    $$ select perf_internal.add_metric('calls', 'successful_x', 'r.x', 'mb', 'lower', 'X.') $$,
    '22023',
    'metric must not begin with failed_ or successful_, got "successful_x"',
    'and that of what succeeded'
);
insert into perf_internal.pipelines
select 'other', p.raw_table, p.series_column, p.time_column, p.series_view, null, p.partition_width
from perf_internal.pipelines as p
where p.pipeline = 'calls';
select throws_ok(
    $$ select perf_internal.add_metric('other', 'size_mb', 'r.input_tokens', 'mb', 'lower', 'X.') $$,
    '23505',
    'another pipeline has a metric "size_mb"',
    'refuses the name of a metric of another pipeline'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.add_metric('calls', 'size', 'r.size', 'mb', 'lower', 'Size.') $$,
    '42501',
    null,
    'only the owner may call it'
);

select * from finish();
rollback;
