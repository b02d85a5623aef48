begin;
select plan(14);

-- Hours of a Sunday and the Monday after it, their days and weeks; values of 100 and 300, or zeros.
insert into perf_internal.rollups (
    series_id, granularity, time_bucket, metric, count, sum, m2, min, max, last_bin, sketch
)
select
    '30000000-0000-4000-8000-000000000001',
    b.granularity,
    b.time_bucket,
    m.metric,
    2,
    m.max + m.min,
    0,
    m.min,
    m.max,
    m.last_bin,
    m.sketch / perf_internal.get_sketch_unit(m.last_bin)
from (
    values
        ('hourly', timestamptz '2020-01-12 22:00+00'),
        ('hourly', '2020-01-12 23:00+00'),
        ('hourly', '2020-01-13 00:00+00'),
        ('daily', '2020-01-12 00:00+00'),
        ('daily', '2020-01-13 00:00+00'),
        ('weekly', '2020-01-06 00:00+00'),
        ('weekly', '2020-01-13 00:00+00')
) as b (granularity, time_bucket)
cross join (
    values
        ('response_time_ms', 100, 300, 574, perf_internal.make_sketch('{463,574}')),
        ('failed_response_time_ms', 0, 0, null, null)
) as m (metric, min, max, last_bin, sketch);

create function pg_temp.complete(since timestamptz, as_of timestamptz)
returns bigint
language sql
as $$ select perf_internal.complete_buckets('calls', since, as_of) $$;

create view pg_temp.completed
as
select r.granularity, to_char(r.time_bucket at time zone 'UTC', 'DD HH24') as bucket
from perf_internal.rollups as r
where r.metric = 'response_time_ms'
    and r.p50 is not null
order by 1, 2;

select is(
    pg_temp.complete('2020-01-12 22:10+00', '2020-01-12 22:59:59.999999+00'),
    0::bigint,
    'while no bucket ends there is nothing to do'
);
select is(
    pg_temp.complete('2020-01-12 22:10+00', '2020-01-12 23:00+00'),
    2::bigint,
    'completes an hour that ended, each metric of it'
);
select results_eq(
    'select * from pg_temp.completed', $$ values ('hourly', '12 22') $$, 'and no other'
);
-- Of 100 and 300 the median is 200, the 95th percentile 290, the 99th 298.
select results_eq(
    $$ select abs(r.p50 / 200 - 1) <= 0.005, abs(r.p95 / 290 - 1) <= 0.005,
           abs(r.p99 / 298 - 1) <= 0.005
       from perf_internal.rollups as r
       where r.p50 > 0 $$,
    'values (true, true, true)',
    'with percentiles within 0.5 %'
);
select results_eq(
    $$ select r.p50, r.p95, r.p99
       from perf_internal.rollups as r
       where r.metric = 'failed_response_time_ms'
           and r.p50 is not null $$,
    'values (0::float8, 0::float8, 0::float8)',
    'those of zeros are 0'
);
select is(
    pg_temp.complete('2020-01-12 22:10+00', '2020-01-12 23:00+00'),
    0::bigint,
    'a second time there is nothing to do'
);
select is(
    pg_temp.complete('2020-01-12 23:00+00', '2020-01-13 00:00+00'),
    6::bigint,
    'at midnight an hour, a day and here a week end'
);
select results_eq(
    'select * from pg_temp.completed',
    $$ values ('daily', '12 00'), ('hourly', '12 22'), ('hourly', '12 23'), ('weekly', '06 00') $$,
    'not those that begin'
);
select is(
    pg_temp.complete('2020-01-13 00:30+00', '2020-02-01 00:00+00'),
    6::bigint,
    'after a long time all that ended since'
);

update perf_internal.rollups as r set p50 = null where r.granularity = 'hourly';
select is(
    pg_temp.complete('2020-01-13 01:00+00', '2020-02-01 00:00+00'),
    0::bigint,
    'what ended before that time is left alone'
);
select is(
    pg_temp.complete(null, '2020-02-01 00:00+00'),
    0::bigint,
    'without such a time there is nothing'
);
update perf_internal.rollups as r
set metric = 'of another pipeline', p50 = 1
where r.metric = 'failed_response_time_ms';
update perf_internal.rollups as r
set p50 = null
where r.metric = 'of another pipeline';
select is(
    pg_temp.complete('2020-01-06 00:00+00', '2020-02-01 00:00+00'),
    3::bigint,
    'metrics of other pipelines are left alone'
);

set local timezone = 'Asia/Kolkata';
update perf_internal.rollups as r set p50 = null where r.metric = 'response_time_ms';
select is(
    pg_temp.complete('2020-01-12 23:00+00', '2020-01-13 00:00+00'),
    3::bigint,
    'the time zone of the session is of no matter'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.complete_buckets('calls', '2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'only the owner may call it'
);

select * from finish();
rollback;
