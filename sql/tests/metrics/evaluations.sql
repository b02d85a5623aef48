begin;
select plan(16);

select results_eq(
    $$ select p.raw_table, p.series_column, p.time_column, p.series_view, p.failed_when,
           p.partition_width
       from perf_internal.pipelines as p
       where p.pipeline = 'evaluations' $$,
    $$ values (
        'perf.model_performance_metrics', 'series_id', 'evaluation_date',
        'perf_internal.evaluation_series', null, interval '1 month'
    ) $$,
    'evaluations are a pipeline, with a partition a month; none fails'
);
select results_eq(
    $$ select t.level, t.keep
       from perf.retention as t
       where t.pipeline = 'evaluations'
       order by t.keep, t.level $$,
    $$ values
        ('hourly', interval '90 days'),
        ('daily', interval '2 years'),
        ('raw', null),
        ('weekly', null) $$,
    'each evaluation is kept for ever'
);
select results_eq(
    $$ select m.metric, m.kind, m.unit, m.better
       from perf.metrics as m
       where m.pipeline = 'evaluations'
       order by 1 $$,
    $$ values
        ('data_completeness', 'measured', 'ratio', 'higher'),
        ('evaluations', 'measured', 'evaluations', null),
        ('f1_score', 'measured', 'ratio', 'higher'),
        ('mae', 'measured', 'unit of the target', 'lower'),
        ('mape', 'measured', '%', 'lower'),
        ('precision', 'measured', 'ratio', 'higher'),
        ('r_squared', 'measured', 'ratio', 'higher'),
        ('recall', 'measured', 'ratio', 'higher'),
        ('rmse', 'measured', 'unit of the target', 'lower'),
        ('sample_count', 'measured', 'cases', null) $$,
    'what is measured of an evaluation, and whether higher or lower is better'
);
select results_eq(
    $$ select m.prefix, m.unit, m.better
       from perf_internal.metric_families as m
       where m.pipeline = 'evaluations' $$,
    $$ values ('evaluation.', 'score', null) $$,
    'evaluations bring further names, of which nobody knows yet which values are better'
);

insert into perf_internal.trained_models (id, model_type) values
    ('10000000-0000-4000-8000-000000000000', 'energy');
insert into perf.model_performance_metrics (
    series_id, model_type, evaluation_date, r_squared, rmse, mae, mape, precision, recall, f1_score,
    data_completeness, sample_count, metrics
) values
    (
        '10000000-0000-4000-8000-000000000000', 'energy', '2020-01-06 10:00+00', 0.75, 2, 1, 5,
        0.5, 0.25, 0.375, 1, 100, '{"auc": 0.5}'
    ),
    (
        '10000000-0000-4000-8000-000000000000', 'energy', '2020-01-06 11:00+00', -0.25, 4, 3, 10,
        1, 0.75, 0.875, 0.5, 200, '{"auc": 0.75, "fairness": 0}'
    ),
    (
        '10000000-0000-4000-8000-000000000000', 'energy', '2020-01-06 12:00+00', null, null, null,
        null, null, null, null, null, null, null
    );

create temporary view answers as
select m.metric, q.count, q.total, q.minimum, q.maximum
from perf.metrics as m
cross join lateral perf.query_metrics(
    m.metric, '2020-01-06 00:00+00', '2020-01-07 00:00+00', '{"model_type": "energy"}'
) as q
where m.pipeline = 'evaluations'
order by m.metric collate "C";
create temporary table before_a_run as select * from answers;

select results_eq(
    'select * from answers',
    $$ values
        ('data_completeness', 2::bigint, 1.5::float8, 0.5::float8, 1::float8),
        ('evaluation.auc', 2, 1.25, 0.5, 0.75),
        ('evaluation.fairness', 1, 0, 0, 0),
        ('evaluations', 3, 3, 1, 1),
        ('f1_score', 2, 1.25, 0.375, 0.875),
        ('mae', 2, 4, 1, 3),
        ('mape', 2, 15, 5, 10),
        ('precision', 2, 1.5, 0.5, 1),
        ('r_squared', 2, 0.5, -0.25, 0.75),
        ('recall', 2, 1, 0.25, 0.75),
        ('rmse', 2, 6, 2, 4),
        ('sample_count', 2, 300, 100, 200) $$,
    'every metric can be asked for, also one of negative values and one that a row brings'
);
select is(
    (
        select array(select round(v::numeric, 2) from unnest(q.percentile_values) as v)
        from perf.query_metrics(
            'r_squared', '2020-01-06 00:00+00', '2020-01-07 00:00+00', percentiles => '{0, 1}'
        ) as q
    ),
    '{-0.25,0.75}'::numeric[],
    'percentiles of values of both signs are in their order'
);
create temporary table rolled_up as
select perf.aggregate_performance_metrics('evaluations') as rows;
select results_eq(
    'select * from answers', 'select * from before_a_run', 'a run changes no answer'
);

set local role perf_analyst;
select results_eq(
    'select m.metric from perf.metrics as m where m.metric ~ ''^evaluation[.]'' order by 1',
    $$ values ('evaluation.auc'), ('evaluation.fairness') $$,
    'names that evaluations bring are in the catalogue'
);

reset role;

-- Features.
select results_eq(
    $$ select p.raw_table, p.series_column, p.time_column, p.series_view, p.failed_when,
           p.partition_width, p.measures
       from perf_internal.pipelines as p
       where p.pipeline = 'features' $$,
    $$ values (
        'perf_internal.feature_summaries', 'series_id', 'created_at', 'perf_internal.feature_series_labels',
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

create temporary table recorded_features as
select perf.record_feature_batches(
    '[{"model_type": "energy", "feature": "load", "values": [1, 3, null], "observed_at": "2020-01-06T10:00:00Z"},
      {"model_type": "energy", "feature": "load", "values": [-8, 0], "observed_at": "2020-01-06T10:30:00Z"},
      {"model_type": "energy", "feature": "load", "values": [4], "observed_at": "2020-01-07T10:00:00Z"},
      {"model_type": "energy", "feature": "site", "categories": {"north": 3, "south": 2},
       "observed_at": "2020-01-06T10:00:00Z"}]'
);

create temporary view feature_answers as
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
create temporary table features_before_a_run as select * from feature_answers;

-- Half of -8, 0, 1, 3 is 0.5, of which 1 is known within 0.5 %.
select results_eq(
    $$ select (a.time_bucket at time zone 'UTC')::date, a.group_labels ->> 'feature',
           a.group_labels ->> 'kind', a.group_labels ->> 'category', a.count, a.total, a.minimum,
           a.maximum, a.percentile_values
       from feature_answers as a $$,
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
update perf_internal.feature_summaries
set transaction_id = case when sum = -8 then txid_current() else 5 end;
create temporary table first_run as select perf_internal.roll_up('features') as rows;
select results_eq('select * from feature_answers', 'select * from features_before_a_run', 'a run changes no answer');
update perf_internal.rollup_state set in_progress = in_progress || 6::bigint where pipeline = 'features';
update perf_internal.feature_summaries set transaction_id = 6 where transaction_id = txid_current();
create temporary table second_run as select perf_internal.roll_up('features') as rows;
select results_eq(
    'select f.rows, s.rows from first_run as f, second_run as s',
    'values (5::bigint, 1::bigint)',
    'two runs add every row once'
);
select results_eq(
    'select * from feature_answers', 'select * from features_before_a_run', 'and the second changes no answer'
);
select is_empty(
    $$ select * from perf.verify_performance_metrics(
           '2020-01-01 00:00+00', '2020-02-01 00:00+00', 'features'
       ) $$,
    'rollups are what the rows were'
);

select * from finish();
rollback;
