begin;
select plan(33);

set local datestyle = 'ISO';

set local timezone = 'UTC';

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

-- One evaluation a day for eight days: rmse falls from 10 by 1, recall and gini fall from 0.9 by
-- 0.1, mae swings, mape stays. All 28 pairs of a falling one fall: s is -28, its variance
-- 8 * 7 * 21 / 18, z is -27 / sqrt(65.33) = -3.340 and p is 0.000837.
create temporary table made as
select perf.record_model_metrics(
    'energy', '2020-01-06 00:00+00'::timestamptz + make_interval(days => d),
    model_version => 'v' || d / 4, rmse => 10 - d, recall => 0.9 - d * 0.1, mae => d % 2, mape => 5,
    metrics => jsonb_build_object('gini', 0.9 - d * 0.1)
)
from generate_series(0, 7) as d;

create function pg_temp.trend(metric text)
returns table (verdict text, reason text)
language sql
as $$
    select distinct t.verdict, t.reason
    from perf.get_model_metric_trend(
        'energy', null, trend.metric, '2020-01-01 00:00+00', '2020-02-01 00:00+00'
    ) as t
$$;

select results_eq(
    $$ select t.evaluation_date, t.value, t.moving_average, round(t.trend_value::numeric, 9),
           t.model_version
       from perf.get_model_metric_trend(
           'energy', null, 'rmse', '2020-01-06 00:00+00', '2020-01-14 00:00+00', window_size => 3
       ) as t $$,
    $$ values
        ('2020-01-06 00:00+00'::timestamptz, 10::float8, 10::float8, 10.000000000, 'v0'),
        ('2020-01-07 00:00+00', 9, 9.5, 9.000000000, 'v0'),
        ('2020-01-08 00:00+00', 8, 9, 8.000000000, 'v0'),
        ('2020-01-09 00:00+00', 7, 8, 7.000000000, 'v0'),
        ('2020-01-10 00:00+00', 6, 7, 6.000000000, 'v1'),
        ('2020-01-11 00:00+00', 5, 6, 5.000000000, 'v1'),
        ('2020-01-12 00:00+00', 4, 5, 4.000000000, 'v1'),
        ('2020-01-13 00:00+00', 3, 4, 3.000000000, 'v1') $$,
    'each evaluation, the mean of the last three, and the line of the trend'
);
select results_eq(
    $$ select distinct t.point_count, round(t.slope_per_day::numeric, 9),
           round(t.slope_low::numeric, 9), round(t.slope_high::numeric, 9),
           round(t.p_value::numeric, 6), t.verdict, t.reason
       from perf.get_model_metric_trend(
           'energy', null, 'rmse', '2020-01-06 00:00+00', '2020-01-14 00:00+00'
       ) as t $$,
    $$ values (
        8::bigint, -1.000000000, -1.000000000, -1.000000000, 0.000837, 'improving',
        'rmse changes by -1 a day (-1 to -1 at 95 % confidence); Mann-Kendall p = 0.0008 over 8 evaluations; lower is better.'
    ) $$,
    'every row says the same of all: a lower error is better'
);
select results_eq(
    $$ select * from pg_temp.trend('recall') $$,
    $$ values (
        'degrading',
        'recall changes by -0.1 a day (-0.1 to -0.1 at 95 % confidence); Mann-Kendall p = 0.0008 over 8 evaluations; higher is better.'
    ) $$,
    'a lower recall is worse'
);
select results_eq(
    $$ select * from pg_temp.trend('gini') $$,
    $$ values (
        'falling',
        'evaluation.gini changes by -0.1 a day (-0.1 to -0.1 at 95 % confidence); Mann-Kendall p = 0.0008 over 8 evaluations; perf.set_metric() can say which is better.'
    ) $$,
    'of a further metric nobody knows'
);
create temporary table said as
select perf.set_metric('evaluation.gini', better => 'higher')::text as done;
select is(
    (select t.verdict from pg_temp.trend('gini') as t), 'degrading', 'until an admin says so'
);
select is(
    (select t.verdict from pg_temp.trend('evaluation.gini') as t),
    'degrading',
    'its whole name finds it too'
);
update said set done = perf.set_metric('evaluation.gini', better => 'lower')::text;
select is(
    (select t.verdict from pg_temp.trend('gini') as t), 'improving', 'and what he says counts'
);
select results_eq(
    $$ select * from pg_temp.trend('mape') $$,
    $$ values (
        'stable',
        'No clear trend of mape: 0 a day (0 to 0 at 95 % confidence); Mann-Kendall p = 1.0000 over 8 evaluations.'
    ) $$,
    'what never changes is stable'
);
select results_eq(
    $$ select t.verdict, round(max(t.p_value)::numeric, 2)
       from perf.get_model_metric_trend(
           'energy', null, 'mae', '2020-01-01 00:00+00', '2020-02-01 00:00+00'
       ) as t
       group by 1 $$,
    -- 10 of the 16 pairs that differ rise, so s is 4. Two ties of 4: z is 3 / sqrt(65.33 - 17.33).
    $$ values ('stable', 0.67) $$,
    'so is what swings'
);

-- Rising by 1 for seven evaluations: too few.
select results_eq(
    $$ select distinct t.point_count, t.slope_per_day, t.slope_low, t.slope_high, t.p_value,
           t.verdict, t.reason
       from perf.get_model_metric_trend(
           'energy', null, 'rmse', '2020-01-06 00:00+00', '2020-01-13 00:00+00'
       ) as t $$,
    $$ values (
        7::bigint, -1::float8, null::float8, null::float8, null::float8, 'insufficient_data',
        'A verdict needs evaluations at 8 times or more, and 7 evaluations have rmse.'
    ) $$,
    'seven are too few for a verdict; the end of a range is not in it'
);
select results_eq(
    $$ select t.value, t.trend_value, t.slope_per_day, t.verdict
       from perf.get_model_metric_trend(
           'energy', null, 'rmse', '2020-01-06 00:00+00', '2020-01-07 00:00+00'
       ) as t $$,
    $$ values (10::float8, null::float8, null::float8, 'insufficient_data') $$,
    'one alone has no slope'
);
select is_empty(
    $$ select from perf.get_model_metric_trend(
           'energy', null, 'rmse', '2020-02-01 00:00+00', '2020-03-01 00:00+00'
       ) $$,
    'without an evaluation there is no row'
);
select is_empty(
    $$ select from perf.get_model_metric_trend(
           'energy', null, 'precision', '2020-01-01 00:00+00', '2020-02-01 00:00+00'
       ) $$,
    'nor where no evaluation has the metric'
);
select is(
    (
        select distinct t.verdict
        from perf.get_model_metric_trend(
            'energy', null, 'rmse', '2020-01-06 00:00+00', '2020-01-14 00:00+00',
            confidence => 0.9995
        ) as t
    ),
    'stable',
    'more confidence is needed for p = 0.000837'
);

-- Two versions at each of seven times, then at eight.
create temporary table versions as
select perf.record_model_metrics(
    'pairs', '2020-01-06 00:00+00'::timestamptz + make_interval(days => d), model_version => v,
    rmse => d + case v when 'a' then 0 else 0.5 end
)
from generate_series(0, 7) as d
cross join unnest('{a,b}'::text[]) as v;
select results_eq(
    $$ select distinct t.point_count, t.verdict, t.reason
       from perf.get_model_metric_trend(
           'pairs', null, 'rmse', '2020-01-06 00:00+00', '2020-01-13 00:00+00'
       ) as t $$,
    $$ values (
        14::bigint, 'insufficient_data',
        'A verdict needs evaluations at 8 times or more, and 7 points of 14 evaluations have rmse.'
    ) $$,
    'evaluations at one time are one point'
);
select results_eq(
    $$ select t.value, t.moving_average, t.trend_value, t.model_version,
           round(t.p_value::numeric, 6)
       from perf.get_model_metric_trend(
           'pairs', null, 'rmse', '2020-01-06 00:00+00', '2020-01-14 00:00+00', window_size => 2
       ) as t
       limit 3 $$,
    $$ values
        (0::float8, 0::float8, 0.25::float8, 'a', 0.000837),
        (0.5, 0.25, 0.25, 'b', 0.000837),
        (1, 0.75, 1.25, 'a', 0.000837) $$,
    'their mean, so the test is as of eight'
);

-- 2,001 evaluations that rise by 1 a day: tested as 1,000 means.
create temporary table many as
select perf.record_model_metrics_batch(
    jsonb_agg(
        jsonb_build_object(
            'model_type', 'many', 'rmse', d,
            'evaluation_date', '2000-01-01T00:00:00Z'::timestamptz + make_interval(days => d)
        )
    )
)
from generate_series(0, 2000) as d;
select results_eq(
    $$ select count(*), round(min(t.slope_per_day)::numeric, 9),
           round(max(abs(t.value - t.trend_value))::numeric, 6), min(t.reason)
       from perf.get_model_metric_trend(
           'many', null, 'rmse', '2000-01-01 00:00+00', '2010-01-01 00:00+00', max_rows => 3000
       ) as t $$,
    $$ values (
        2001::bigint, 1.000000000, 0.000000,
        'rmse changes by 1 a day (1 to 1 at 95 % confidence); Mann-Kendall p < 0.0001 over 1000 points of 2001 evaluations; lower is better.'
    ) $$,
    'of more than 1000 points means of neighbours are tested, and all are shown'
);

-- A name that was forgotten counts only evaluations after it, as elsewhere.
create temporary table forgotten as select perf.forget_metric('evaluation.gini');
create temporary table again as
select perf.record_model_metrics('energy', '2020-01-20 00:00+00', metrics => '{"gini": 0.5}');
select results_eq(
    $$ select t.evaluation_date, t.value
       from perf.get_model_metric_trend(
           'energy', null, 'gini', '2020-01-01 00:00+00', '2020-02-01 00:00+00'
       ) as t $$,
    $$ values ('2020-01-20 00:00+00'::timestamptz, 0.5::float8) $$,
    'a name that was forgotten has only what came after it'
);

select throws_ok(
    $$ select perf.get_model_metric_trend('energy', null, 'loss') $$,
    'PT404',
    'there is no metric of evaluations "loss"',
    'refuses a metric that does not exist'
);
select throws_ok(
    $$ select perf.get_model_metric_trend('power', null, 'rmse') $$,
    'PT404',
    'there is no trained model "power" with machine_id null',
    'and a model'
);
select throws_ok(
    $$ select perf.get_model_metric_trend(
           'energy', 'e0000000-0000-4000-8000-000000000000', 'rmse'
       ) $$,
    'PT404',
    'there is no trained model "energy" with machine_id e0000000-0000-4000-8000-000000000000',
    'and one on another machine'
);
select throws_ok(
    $$ select perf.get_model_metric_trend(null, null, 'rmse') $$,
    'PT404',
    'there is no trained model null with machine_id null',
    'and null'
);
select throws_ok(
    $$ select perf.get_model_metric_trend('energy', null, null) $$,
    'PT404',
    'there is no metric of evaluations null',
    'as a metric too'
);
select throws_ok(
    $$ select perf.get_model_metric_trend('energy', null, 'rmse', window_size => 0) $$,
    '22023',
    'window_size must be between 1 and 1000 evaluations, got 0',
    'and an average of none'
);
select throws_ok(
    $$ select perf.get_model_metric_trend('energy', null, 'rmse', window_size => null) $$,
    '22023',
    'window_size must be between 1 and 1000 evaluations, got null',
    'or of nobody knows how many'
);
select throws_ok(
    $$ select perf.get_model_metric_trend('energy', null, 'rmse', confidence => 1) $$,
    '22023',
    'confidence must be between 0 and 1, both excluded, got 1',
    'and a confidence that nothing has'
);
select throws_ok(
    $$ select perf.get_model_metric_trend(
           'energy', null, 'rmse', '2020-01-07 00:00+00', '2020-01-06 00:00+00'
       ) $$,
    '22023',
    'end_time must not be before start_time, got 2020-01-07 00:00:00+00 and 2020-01-06 00:00:00+00',
    'and a range that ends before it starts'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (
        select count(*)
        from perf.get_model_metric_trend(
            'energy', null, 'rmse', '2020-01-01 00:00+00', '2020-02-01 00:00+00'
        )
    ),
    8::bigint,
    'an analyst by token may'
);

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.get_model_metric_trend('energy', null, 'rmse') $$,
    '42501',
    'this needs the role analyst',
    'a recorder may not'
);

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.get_model_metric_trend('energy', null, 'rmse') $$,
    '42501',
    null,
    'a stranger may not'
);

set local role perf_analyst;
select lives_ok(
    $$ select perf.get_model_metric_trend('energy', null, 'rmse') $$, 'perf_analyst may'
);

set local role perf_recorder;
select throws_ok(
    $$ select perf.get_model_metric_trend('energy', null, 'rmse') $$,
    '42501',
    null,
    'perf_recorder may not'
);

set local role anon;
select throws_ok(
    $$ select perf.get_model_metric_trend('energy', null, 'rmse') $$, '42501', null, 'anon may not'
);

select * from finish();
rollback;
