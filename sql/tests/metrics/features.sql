begin;
select plan(8);

select results_eq(
    $$ select p.raw_table, p.series_column, p.time_column, p.series_view, p.failed_when,
           p.partition_width, p.measures
       from perf_internal.pipelines as p
       where p.pipeline = 'features' $$,
    $$ values (
        'perf.feature_summaries', 'series_id', 'created_at', 'perf_internal.feature_series_labels',
        null, interval '1 day', null
    ) $$,
    'features are a pipeline, with a partition a day, in which nothing fails'
);
select results_eq(
    $$ select t.level, t.keep
       from perf.retention as t
       where t.pipeline = 'features'
       order by t.keep $$,
    $$ values
        ('raw', interval '7 days'),
        ('hourly', interval '90 days'),
        ('daily', interval '2 years'),
        ('weekly', null) $$,
    'each batch is kept 7 days, hours 90 days, days 2 years and weeks for ever'
);
select results_eq(
    $$ select m.metric, m.kind, m.unit, m.better, m.expression
       from perf.metrics as m
       where m.pipeline = 'features' $$,
    $$ values ('feature_value', 'summary', 'unit of the feature', null, null) $$,
    'what is measured are the values, of which raw rows are summaries'
);

create temporary table recorded as
select perf.record_feature_batches(
    '[{"model_type": "energy", "feature": "load", "values": [1, 3, null], "observed_at": "2020-01-06T10:00:00Z"},
      {"model_type": "energy", "feature": "load", "values": [-8, 0], "observed_at": "2020-01-06T10:30:00Z"},
      {"model_type": "energy", "feature": "load", "values": [4], "observed_at": "2020-01-07T10:00:00Z"},
      {"model_type": "energy", "feature": "site", "categories": {"north": 3, "south": 2},
       "observed_at": "2020-01-06T10:00:00Z"}]'
);

create temporary view answers as
select
    q.time_bucket,
    q.group_labels,
    q.count,
    q.total,
    q.average,
    q.minimum,
    q.maximum,
    array(select round(v::numeric, 1) from unnest(q.percentile_values) as v) as percentile_values
from perf.query_metrics(
    'feature_value', '2020-01-06 00:00+00', '2020-01-13 00:00+00',
    '{"model_type": "energy"}', '{feature,kind,category}', granularity => 'daily',
    percentiles => '{0,0.5,1}'
) as q
order by q.time_bucket, q.group_labels ->> 'feature', q.group_labels ->> 'kind',
    q.group_labels ->> 'category';
create temporary table before_a_run as select * from answers;

-- Half of -8, 0, 1, 3 is 0.5, of which 1 is known within 0.5 %.
select results_eq(
    $$ select (a.time_bucket at time zone 'UTC')::date, a.group_labels ->> 'feature',
           a.group_labels ->> 'kind', a.group_labels ->> 'category', a.count, a.total, a.minimum,
           a.maximum, a.percentile_values
       from answers as a $$,
    $$ values
        (date '2020-01-06', 'load', 'missing', null, 1::bigint, 1::float8, 1::float8, 1::float8,
            '{1.0,1.0,1.0}'::numeric[]),
        ('2020-01-06', 'load', 'number', null, 4, -4, -8, 3, '{-8.0,0.5,3.0}'),
        ('2020-01-06', 'site', 'category', 'north', 3, 3, 1, 1, '{1.0,1.0,1.0}'),
        ('2020-01-06', 'site', 'category', 'south', 2, 2, 1, 1, '{1.0,1.0,1.0}'),
        ('2020-01-07', 'load', 'number', null, 1, 4, 4, 4, '{4.0,4.0,4.0}') $$,
    'it can be asked for by feature, kind and category'
);
-- As if other transactions had recorded the rows, one of them after the first run.
update perf.feature_summaries
set transaction_id = case when sum = -8 then txid_current() else 5 end;
create temporary table first_run as select perf_internal.roll_up('features') as rows;
select results_eq('select * from answers', 'select * from before_a_run', 'a run changes no answer');
update perf_internal.rollup_state set in_progress = in_progress || 6::bigint where pipeline = 'features';
update perf.feature_summaries set transaction_id = 6 where transaction_id = txid_current();
create temporary table second_run as select perf_internal.roll_up('features') as rows;
select results_eq(
    'select f.rows, s.rows from first_run as f, second_run as s',
    'values (5::bigint, 1::bigint)',
    'two runs add every row once'
);
select results_eq(
    'select * from answers', 'select * from before_a_run', 'and the second changes no answer'
);
select is_empty(
    $$ select * from perf.verify_performance_metrics(
           '2020-01-01 00:00+00', '2020-02-01 00:00+00', 'features'
       ) $$,
    'rollups are what the rows were'
);

select * from finish();
rollback;
