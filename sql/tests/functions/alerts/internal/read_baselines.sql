begin;
select plan(5);

insert into perf.performance_alert_thresholds (
    metric_name, statistic, direction, warning_threshold, critical_threshold, baseline, minimum_sample
)
values
    ('response_time_ms', 'avg', 'above', 3.5, 6, 'hour_of_week', 2),
    ('response_time_ms', 'count', 'above', 3.5, 6, 'hour_of_week', 1);

-- Of a Wednesday at 13:20, that is windows that end at 12, 13 and 14 o'clock.
select perf.record_call('a', 'x', c.ms, call_timestamp => c.at)
from (
    values
        (100, timestamptz '2020-03-25 12:10+00'),
        (300, '2020-03-25 12:20+00'),
        (500, '2020-03-25 13:59+00'),
        (700, '2020-03-25 14:00+00'),
        (900, '2020-03-18 11:00+00'),
        (950, '2020-03-18 11:30+00'),
        (990, '2020-03-18 10:59+00'),
        (10, '2020-03-11 12:00+00'),
        (20, '2020-01-08 12:30+00'),
        (30, '2020-01-01 12:30+00')
) as c (ms, at);

create function pg_temp.get_past(statistic text, hours interval default '1 hour')
returns table (past float8[], week_count bigint)
language sql
as $$
    select array(select unnest(b.past) order by 1), b.week_count
    from (
        select s.threshold_id, array_agg(s.series_id) as series, array_agg(s.group_labels) as labels,
            array_agg(s.threshold_id) as thresholds
        from perf.performance_alert_thresholds as t
        cross join lateral perf_internal.get_threshold_series('calls', array[t.id]) as s
        where t.statistic = get_past.statistic
        group by 1
    ) as m
    cross join lateral perf_internal.read_baselines(
        'calls', array[m.threshold_id], m.thresholds, m.series, m.labels, get_past.hours,
        '2020-04-01 13:20+00'
    ) as b;
$$;

select results_eq(
    $$ select * from pg_temp.get_past('avg') $$,
    $$ values ('{200,925}'::float8[], 2::bigint) $$,
    'averages of the hours that have at least minimum_sample values'
);
select results_eq(
    $$ select cardinality(past), week_count, array(select unnest(past) order by 1 desc limit 6)
       from pg_temp.get_past('count') $$,
    $$ values (36, 12::bigint, '{2,2,1,1,1,0}'::float8[]) $$,
    'counts, 0 from the week after the first values on; 12 weeks back and no further'
);
select results_eq(
    $$ select past[1:3], past[cardinality(past)], week_count
       from pg_temp.get_past('count', '2 hours') $$,
    $$ values ('{0,0,0}'::float8[], 3::float8, 12::bigint) $$,
    'a window of two hours has the calls of both'
);
insert into perf.retention (pipeline, level, deleted_before)
values ('calls', 'hourly', '2020-03-20')
on conflict (pipeline, level) do update set deleted_before = excluded.deleted_before;
select results_eq(
    $$ select cardinality(past), week_count from pg_temp.get_past('count') $$,
    $$ values (3, 1::bigint) $$,
    'hours that retention has deleted are unknown, not 0'
);
delete from perf.performance_alert_thresholds as t where t.statistic = 'count';
select is_empty(
    $$ select * from pg_temp.get_past('count') $$, 'no threshold, no past'
);

select * from finish();
rollback;
