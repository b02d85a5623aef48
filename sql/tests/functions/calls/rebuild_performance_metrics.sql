begin;
select plan(25);

set local timezone = 'UTC';

-- Monday, Tuesday and Wednesday of one week.
create temporary table recorded as
select perf.record_call('acme/one', 'chat', c.ms, input_tokens => 10, call_timestamp => c.called_at)
from (
    values
        (100, timestamptz '2020-01-06 10:00'),
        (300, '2020-01-06 23:59:59.999999'),
        (500, '2020-01-07 00:00'),
        (700, '2020-01-08 12:00')
) as c (ms, called_at);

create view pg_temp.counts as
select m.granularity, to_char(m.time_bucket, 'MM-DD HH24') as bucket, m.call_count
from perf_internal.performance_metrics as m
order by 1, 2;

select is(
    perf.rebuild_performance_metrics('2020-01-06', '2020-01-07'),
    2::bigint,
    'returns how many calls the days hold'
);

create temporary table expected as
select
    m.granularity, m.time_bucket, m.call_count, m.sum_response_time, m.p95_response_time,
    m.success_response_time_sketch, m.total_input_tokens
from perf_internal.performance_metrics as m;

create function pg_temp.differs()
returns bigint
language sql
as $$
    select count(*)
    from (
        select
            m.granularity, m.time_bucket, m.call_count, m.sum_response_time, m.p95_response_time,
            m.success_response_time_sketch, m.total_input_tokens
        from perf_internal.performance_metrics as m
        except
        select * from expected
    ) as x
$$;

select results_eq(
    'select * from pg_temp.counts',
    $$ values ('daily', '01-06 00', 2::bigint), ('daily', '01-07 00', 1), ('daily', '01-08 00', 1),
        ('hourly', '01-06 10', 1), ('hourly', '01-06 23', 1), ('hourly', '01-07 00', 1),
        ('hourly', '01-08 12', 1), ('weekly', '01-06 00', 4) $$,
    'rolls up pending calls of all days, and the week keeps its other days'
);

select is_empty(
    $$ select * from perf.verify_performance_metrics('2020-01-06', '2020-01-13') $$,
    'every bucket says what its calls say'
);

update perf.performance_metrics_hourly
set call_count = 5, sum_response_time = 1, success_response_time_sketch = '[1:1]={5}'
where time_bucket = '2020-01-06 10:00';

select isnt(pg_temp.differs(), 0::bigint, 'a row that was tampered with differs');
select is(
    perf.rebuild_performance_metrics('2020-01-06', '2020-01-07'), 2::bigint, 'rebuilds its day'
);
select is(pg_temp.differs(), 0::bigint, 'and it is as before');

delete from perf.performance_metrics_hourly where time_bucket = '2020-01-06 10:00';
delete from perf.performance_metrics_daily where time_bucket = '2020-01-06 00:00';
delete from perf.performance_metrics_weekly;
select is(
    perf.rebuild_performance_metrics('2020-01-06', '2020-01-07'), 2::bigint, 'rebuilds lost rows'
);
select is(
    (select count(*) from perf_internal.performance_metrics), 8::bigint, 'all are there again'
);
select is(pg_temp.differs(), 0::bigint, 'and as before');

update perf.performance_metrics_hourly
set time_bucket = '2020-01-06 15:00' where time_bucket = '2020-01-06 10:00';
select is(
    perf.rebuild_performance_metrics('2020-01-06 12:00', '2020-01-06 12:30'),
    2::bigint,
    'of a range within a day the whole day is rebuilt'
);
select is(pg_temp.differs(), 0::bigint, 'so that a row of an hour without calls goes');

update perf.performance_metrics_hourly
set call_count = 5 where time_bucket = '2020-01-07 00:00';
select is(
    perf.rebuild_performance_metrics('2020-01-06', '2020-01-07 00:00'),
    2::bigint,
    'the day that starts with the end is not in the range'
);
select is(pg_temp.differs(), 1::bigint, 'and stays as it is');
select is(
    perf.rebuild_performance_metrics('2020-01-06', '2020-01-07 00:00:00.000001'),
    3::bigint,
    'a microsecond later it is'
);
select is(pg_temp.differs(), 0::bigint, 'and repaired');

select is(
    perf.rebuild_performance_metrics('2020-02-03', '2020-02-10'),
    0::bigint,
    'a range without calls holds none'
);
select is(
    perf.rebuild_performance_metrics('2020-01-06', '2020-01-06'),
    0::bigint,
    'an empty range holds none'
);

select throws_ok(
    $$ select perf.rebuild_performance_metrics('2020-01-07', '2020-01-06') $$,
    '22023',
    'end_time must not be before start_time, got 2020-01-07 00:00:00+00 and 2020-01-06 00:00:00+00',
    'refuses an end before the start'
);

savepoint whole;
insert into perf_internal.dropped_days (day, calls, bytes) values ('2020-01-07', 1, 1);
select throws_ok(
    $$ select perf.rebuild_performance_metrics('2020-01-06', '2020-01-08') $$,
    '22023',
    'start_time and end_time must be covered by raw calls, but 2020-01-07 is not',
    'refuses a range with a day that retention has dropped'
);
select lives_ok(
    $$ select perf.rebuild_performance_metrics('2020-01-08', '2020-01-09') $$,
    'not the day after it'
);
select lives_ok(
    $$ select perf.rebuild_performance_metrics('2020-01-06', '2020-01-07') $$,
    'nor the day before'
);
rollback to savepoint whole;

delete from perf.performance_metrics_raw where call_timestamp >= '2020-01-08';
select throws_ok(
    $$ select perf.rebuild_performance_metrics('2020-01-06', '2020-01-13') $$,
    '22023',
    'start_time and end_time must be covered by raw calls, but 2020-01-08 is not',
    'refuses a day whose calls are counted but gone'
);
rollback to savepoint whole;

-- The daily row of the 6th is gone, and with it what the week needs.
update perf.retention set deleted_before = '2020-01-07' where level = 'daily';
select throws_ok(
    $$ select perf.rebuild_performance_metrics('2020-01-08', '2020-01-09') $$,
    '22023',
    'start_time and end_time must be covered by raw calls, but 2020-01-08 is not',
    'refuses a week of which retention has removed a day'
);
rollback to savepoint whole;

set local timezone = 'Europe/Berlin';
-- On Sunday 2020-03-29 the clocks of Berlin go forward.
create temporary table spring as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-03-29 12:00+00');
select is(
    perf.rebuild_performance_metrics('2020-03-29 00:00+00', '2020-03-29 00:30+00'),
    1::bigint,
    'a change to summer time in the zone of the session is of no matter'
);

set local role perf_analyst;
select throws_ok(
    $$ select perf.rebuild_performance_metrics('2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'perf_analyst may not'
);

select * from finish();
rollback;
