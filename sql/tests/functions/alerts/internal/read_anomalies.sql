begin;
select plan(4);

insert into perf.performance_alert_thresholds (
    metric_name, statistic, direction, warning_threshold, critical_threshold, baseline
)
values
    ('response_time_ms', 'avg', 'above', 3.5, 6, 'hour_of_week'),
    ('response_time_ms', 'count', 'above', 3.5, 6, 'hour_of_week'),
    ('error_rate', 'rate', 'above', 3.5, 6, 'hour_of_week');

-- 12 weeks of 4 calls an hour that take 100 ms; in the last hour there are 8 that take 110.
select perf.record_call(
    'a', 'x', case when w.week = 0 then 110 else 100 end,
    call_timestamp => timestamptz '2020-04-01 12:30+00' - w.week * interval '7 days'
        + s.step * interval '1 hour' + n.number * interval '1 second'
)
from generate_series(0, 12) as w (week)
cross join generate_series(-1, 1) as s (step)
cross join generate_series(1, 8) as n (number)
where (w.week > 0 or s.step = 0)
    and (w.week = 0 or n.number <= 4);

create function pg_temp.get_anomaly(statistic text, as_of timestamptz)
returns table (value float8, sample_count bigint, is_dead boolean, is_known boolean)
language sql
as $$
    select round(a.value::numeric, 6)::float8, a.sample_count, a.is_dead, a.is_known
    from perf.performance_alert_thresholds as t
    cross join lateral (
        select array_agg(s.series_id) as series, array_agg(s.group_labels) as labels,
            array_agg(s.threshold_id) as thresholds
        from perf_internal.get_threshold_series('calls', array[t.id]) as s
    ) as m
    cross join lateral perf_internal.read_anomalies(
        'calls', array[t.id], m.thresholds, m.series, m.labels, '10 minutes', get_anomaly.as_of
    ) as a
    where t.statistic = get_anomaly.statistic;
$$;

select results_eq(
    $$ select * from pg_temp.get_anomaly('avg', '2020-04-01 13:00+00') $$,
    $$ values (10::float8, 8::bigint, false, true) $$,
    'the deviation of constant values is a hundredth of their median; a window is a whole hour'
);
select results_eq(
    $$ select * from pg_temp.get_anomaly('count', '2020-04-01 13:00+00') $$,
    $$ values (2::float8, 8::bigint, false, true) $$,
    'that of a count is its root'
);
select results_eq(
    $$ select * from pg_temp.get_anomaly('rate', '2020-04-01 13:00+00') $$,
    $$ values (0::float8, 8::bigint, false, true) $$,
    'a share that was always 0 and is 0 does not deviate'
);
select results_eq(
    $$ select * from pg_temp.get_anomaly('avg', '2020-01-29 13:00+00') $$,
    $$ values (null::float8, 4::bigint, false, false) $$,
    'three weeks of past are too few'
);

select * from finish();
rollback;
