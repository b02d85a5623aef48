begin;
select plan(10);

select is_empty(
    $$ select * from perf_internal.read_threshold_samples('2020-01-08 13:20+00') $$,
    'no threshold, no sample'
);

insert into perf.performance_alert_thresholds (
    metric_name, scope_type, scope_labels, group_by, statistic, direction, warning_threshold,
    critical_threshold, no_data, enabled, description
)
values
    ('response_time_ms', 'global', '{}', '{}', 'avg', 'above', 100, 200, 'alert', true, 'all'),
    ('response_time_ms', 'labels', '{"model": "b"}', '{tool}', 'max', 'above', 100, 200, 'alert',
        true, 'b'),
    ('input_tokens', 'global', '{}', '{}', 'avg', 'above', 100, 200, 'keep', false, 'off');

create function pg_temp.get_samples(as_of timestamptz, ids bigint[] default null)
returns table (
    description text, labels jsonb, value float8, sample_count bigint, level integer,
    is_recovered boolean
)
language sql
as $$
    select t.description, s.labels - 'threshold_id', s.value, s.sample_count, s.level,
        s.is_recovered
    from perf_internal.read_threshold_samples(get_samples.as_of, ids) as s
    join perf.performance_alert_thresholds as t on t.id = s.rule_id
    where s.alert_type = 'threshold'
        and s.problem is null
        and (s.labels -> 'threshold_id')::bigint = t.id
    order by 1, 2;
$$;

select results_eq(
    $$ select * from pg_temp.get_samples('2020-01-08 13:20+00') $$,
    $$ values
        ('all', '{"metric": "response_time_ms", "statistic": "avg"}'::jsonb, null::float8, 0::bigint,
            2, false) $$,
    'without any series an ungrouped threshold has its one sample, a grouped one none'
);

select perf.record_call(c.model, c.tool, c.ms, call_timestamp => c.at)
from (
    values
        ('a', 'x', 150, timestamptz '2020-01-08 13:10+00'),
        ('b', 'x', 250, '2020-01-08 13:10+00'),
        ('b', 'y', 100, '2020-01-08 13:10+00'),
        ('b', 'z', 900, '2020-01-01 12:00+00'),
        ('b', 'w', 900, '2020-01-07 12:00+00')
) as c (model, tool, ms, at);

select results_eq(
    $$ select * from pg_temp.get_samples('2020-01-08 13:20+00') $$,
    $$ values
        ('all', '{"metric": "response_time_ms", "statistic": "avg"}'::jsonb, 150::float8, 1::bigint,
            1, false),
        ('b', '{"model": "b", "tool": "w", "metric": "response_time_ms", "statistic": "max"}', null,
            0, 2, false),
        ('b', '{"model": "b", "tool": "x", "metric": "response_time_ms", "statistic": "max"}', 250,
            1, 2, false),
        ('b', '{"model": "b", "tool": "y", "metric": "response_time_ms", "statistic": "max"}', 100,
            1, 0, true),
        ('b', '{"model": "b", "tool": "z", "metric": "response_time_ms", "statistic": "max"}', null,
            0, 0, true) $$,
    'one sample for each group, with its labels; a dead group is ok'
);
select results_eq(
    $$ select s.description, s.level
       from pg_temp.get_samples(
           '2020-01-08 13:20+00',
           (select array_agg(t.id) from perf.performance_alert_thresholds as t
            where t.description = 'off')
       ) as s $$,
    $$ values ('off', null::integer) $$,
    'a threshold that is asked for by its id need not be enabled'
);
select is_empty(
    $$ select * from perf_internal.read_threshold_samples('2020-01-08 13:20+00', '{}') $$,
    'no ids, no samples'
);
update perf.performance_alert_thresholds as t
set minimum_sample = 2, no_data = 'resolve'
where t.description = 'all';
select results_eq(
    $$ select s.value, s.level, s.is_recovered
       from pg_temp.get_samples('2020-01-08 13:20+00') as s where s.description = 'all' $$,
    $$ values (150::float8, 0, true) $$,
    'fewer values than minimum_sample are no data'
);
update perf.performance_alert_thresholds as t
set statistic = 'count', direction = 'below', warning_threshold = 5, critical_threshold = 1
where t.description = 'all';
select results_eq(
    $$ select s.value, s.level from pg_temp.get_samples('2020-01-05 13:20+00') as s
       where s.description = 'all' $$,
    $$ values (0::float8, 2) $$,
    'but a count of 0 is data'
);
select throws_ok(
    $$ select perf_internal.read_threshold_samples(null) $$, '22023',
    'as_of must be a point in time, got null', 'there is no evaluation without a time'
);

select perf_internal.add_metric(
    'calls', 'too_large', 'exp(r.response_time_ms * 1000)', unit => '1', better => null,
    meaning => 'Overflows.'
);
insert into perf.performance_alert_thresholds (
    metric_name, statistic, direction, warning_threshold, critical_threshold
)
values ('too_large', 'avg', 'above', 1, 2);
select results_eq(
    $$ select t.metric_name, s.labels is null, s.level is not null, s.problem
       from perf_internal.read_threshold_samples('2020-01-08 13:20+00') as s
       join perf.performance_alert_thresholds as t on t.id = s.rule_id
       where t.metric_name = 'too_large' or t.description = 'all'
       order by 1 $$,
    $$ values
        ('response_time_ms', false, true, null::text),
        ('too_large', true, false, 'value out of range: overflow') $$,
    'a threshold that cannot be read says why, and stops no other'
);

update perf.performance_alert_thresholds as t
set scope_labels = '{"tool": "x"}', scope_type = 'labels', enabled = true
where t.description = 'all';
insert into perf.performance_alert_thresholds (
    metric_name, scope_type, scope_labels, group_by, statistic, direction, warning_threshold,
    critical_threshold, no_data, description
)
select
    'response_time_ms', 'labels', jsonb_build_object('tool', 'x', 'model', m.model), '{}', 'avg',
    'above', 100, 200, 'alert', m.model || ' x'
from unnest('{a,b}'::text[]) as m (model);
select is_empty(
    $$ select * from pg_temp.get_samples('2020-01-09 13:20+00') as s where s.description = 'all' $$,
    'a threshold of which narrower ones take all series judges nothing, which is not no data'
);

select * from finish();
rollback;
