begin;
select plan(2);

insert into perf.performance_alert_thresholds (
    metric_name, statistic, direction, warning_threshold, critical_threshold, no_data, baseline,
    time_window
)
values
    ('response_time_ms', 'avg', 'above', 100, 200, 'alert', null, '15 minutes'),
    ('response_time_ms', 'avg', 'above', 3.5, 6, 'alert', 'hour_of_week', '15 minutes');
select perf.record_call('a', 'x', 150, call_timestamp => '2020-01-08 13:10+00');

create function pg_temp.get_samples(is_anomaly boolean)
returns table (
    alert_type text, value float8, sample_count bigint, level integer, is_recovered boolean,
    problem text
)
language sql
as $$
    select w.alert_type, w.value, w.sample_count, w.level, w.is_recovered, w.problem
    from (
        select s.threshold_id, s.series_id, s.group_labels
        from perf.performance_alert_thresholds as t
        cross join lateral perf_internal.get_threshold_series('calls', array[t.id]) as s
        where (t.baseline is not null) = get_samples.is_anomaly
    ) as m
    cross join lateral perf_internal.read_window_samples(
        'calls', array[m.threshold_id], array[m.threshold_id], array[m.series_id],
        array[m.group_labels], '15 minutes', get_samples.is_anomaly, '2020-01-08 13:20+00'
    ) as w;
$$;

select results_eq(
    $$ select * from pg_temp.get_samples(false) $$,
    $$ values ('threshold', 150::float8, 1::bigint, 1, false, null::text) $$,
    'a threshold compares the value'
);
select results_eq(
    $$ select * from pg_temp.get_samples(true) $$,
    $$ values ('anomaly', null::float8, 1::bigint, null::integer, null::boolean, null::text) $$,
    'an anomaly without a past is unknown, whatever no data means'
);

select * from finish();
rollback;
