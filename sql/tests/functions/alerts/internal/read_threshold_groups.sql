begin;
select plan(5);

select perf.record_call(c.model, c.tool, c.ms, call_timestamp => c.at)
from (
    values
        ('a', 'x', 100, timestamptz '2020-01-08 13:10+00'),
        ('a', 'x', 300, '2020-01-08 13:05+00'),
        ('a', 'y', 500, '2020-01-08 13:19:59+00'),
        ('b', 'x', 900, '2020-01-08 13:04:59+00'),
        ('b', 'x', 900, '2020-01-08 13:20+00'),
        ('c', 'x', 900, '2020-01-01 13:00+00')
) as c (model, tool, ms, at);

insert into perf.performance_alert_thresholds (
    metric_name, group_by, statistic, direction, warning_threshold, critical_threshold, no_data
)
values
    ('response_time_ms', '{}', 'avg', 'above', 1, 2, 'keep'),
    ('response_time_ms', '{model}', 'p95', 'above', 1, 2, 'keep'),
    ('response_time_ms', '{model}', 'count', 'above', 1, 2, 'keep'),
    ('response_time_ms', '{model}', 'max', 'above', 1, 2, 'alert'),
    ('error_rate', '{model,tool}', 'rate', 'above', 1, 2, 'keep');

create function pg_temp.get_groups(statistic text)
returns table (labels jsonb, value float8, sample_count bigint, is_dead boolean)
language sql
as $$
    select g.labels, round(g.value::numeric, 3)::float8, g.sample_count, g.is_dead
    from (
        select
            array_agg(distinct s.threshold_id) as rules,
            array_agg(s.threshold_id) as thresholds,
            array_agg(s.series_id) as series,
            array_agg(s.group_labels) as labels
        from perf_internal.get_threshold_series(
            'calls', (select array_agg(t.id) from perf.performance_alert_thresholds as t)
        ) as s
    ) as m
    cross join lateral perf_internal.read_threshold_groups(
        'calls', m.rules, m.thresholds, m.series, m.labels, '15 minutes', '2020-01-08 13:20+00'
    ) as g
    join perf.performance_alert_thresholds as t on t.id = g.threshold_id
    where t.statistic = get_groups.statistic
    order by g.labels;
$$;

select results_eq(
    $$ select * from pg_temp.get_groups('avg') $$,
    $$ values ('{}'::jsonb, 300::float8, 3::bigint, false) $$,
    'all series together, in the window before as_of, whose end does not belong to it'
);
select results_eq(
    $$ select labels, abs(value / 480 - 1) < 0.005, sample_count, is_dead
       from pg_temp.get_groups('p95') $$,
    $$ values
        ('{"model": "a"}'::jsonb, true, 3::bigint, false),
        ('{"model": "b"}', null, 0, false),
        ('{"model": "c"}', null, 0, false) $$,
    'a percentile of each group, of all its series'
);
select results_eq(
    $$ select * from pg_temp.get_groups('count') $$,
    $$ values
        ('{"model": "a"}'::jsonb, 3::float8, 3::bigint, false),
        ('{"model": "b"}', 0, 0, false),
        ('{"model": "c"}', 0, 0, true) $$,
    'a group whose last value is older than 7 days is dead'
);
select results_eq(
    $$ select * from pg_temp.get_groups('max') $$,
    $$ values
        ('{"model": "a"}'::jsonb, 500::float8, 3::bigint, false),
        ('{"model": "b"}', null, 0, false),
        ('{"model": "c"}', null, 0, true) $$,
    'so it is where no data alerts'
);
select results_eq(
    $$ select * from pg_temp.get_groups('rate') $$,
    $$ values
        ('{"model": "a", "tool": "x"}'::jsonb, 0::float8, 2::bigint, false),
        ('{"model": "b", "tool": "x"}', null, 0, false),
        ('{"model": "c", "tool": "x"}', null, 0, false),
        ('{"model": "a", "tool": "y"}', 0, 1, false) $$,
    'a share, by two labels'
);

select * from finish();
rollback;
