begin;
select plan(24);

set local timezone = 'UTC';

create function pg_temp.verify(start_time timestamptz, end_time timestamptz)
returns table (granularity text, bucket text, expected bigint, rolled_up bigint, differs text)
language sql
as $$
    select v.granularity, to_char(v.time_bucket, 'MM-DD HH24'), v.expected_calls,
        v.rolled_up_calls, array_to_string(v.differs_in, ', ')
    from perf.verify_performance_metrics(start_time, end_time) as v
$$;

select is_empty(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-13') $$, 'without calls nothing differs'
);

create temporary table recorded as
select perf.record_call(
    'acme/one', 'chat', c.ms, input_tokens => 10, first_token_ms => 50,
    call_timestamp => c.called_at
)
from (
    values
        (100, timestamptz '2020-01-06 10:00'),
        (300, '2020-01-06 10:30'),
        (500, '2020-01-07 00:00'),
        (700, '2020-01-12 23:59:59.999999'),
        (900, '2020-01-13 00:00')
) as c (ms, called_at);

select is_empty(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-20') $$, 'nor while calls are pending'
);

create temporary table run as select perf.aggregate_performance_metrics();

select is_empty(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-20') $$, 'nor once they are rolled up'
);

create temporary table late as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-01-06 10:00');
select is_empty(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-20') $$,
    'nor while a late call is pending'
);
create temporary table second_run as select perf.aggregate_performance_metrics();

savepoint intact;
update perf.performance_metrics_hourly set call_count = 4 where time_bucket = '2020-01-06 10:00';
select results_eq(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-07') $$,
    $$ values ('hourly', '01-06 10', 3::bigint, 4::bigint, 'calls') $$,
    'names an hour that counts a call too many'
);
select is_empty(
    $$ select * from pg_temp.verify('2020-01-07', '2020-01-13') $$,
    'not where it was not asked'
);
select is(
    (
        select v.model_tool_config_id
        from perf.verify_performance_metrics('2020-01-06', '2020-01-07') as v
    ),
    (select c.id from perf.model_tool_configs as c),
    'with its configuration'
);
rollback to savepoint intact;

update perf.performance_metrics_hourly
set max_response_time = 301, success_first_token_sketch = null
where time_bucket = '2020-01-06 10:00';
select results_eq(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-07') $$,
    $$ values ('hourly', '01-06 10', 3::bigint, 3::bigint, 'first tokens, response times') $$,
    'names every measure that differs'
);
rollback to savepoint intact;

delete from perf.performance_metrics_hourly where time_bucket = '2020-01-07 00:00';
select results_eq(
    $$ select granularity, bucket, expected, rolled_up
       from pg_temp.verify('2020-01-07', '2020-01-08') $$,
    $$ values ('hourly', '01-07 00', 1::bigint, 0::bigint) $$,
    'names an hour that is missing'
);
rollback to savepoint intact;

insert into perf_internal.performance_metrics (
    granularity, model_tool_config_id, time_bucket, call_count, success_count, min_response_time,
    max_response_time, p50_response_time, p95_response_time, p99_response_time, sum_response_time,
    input_token_calls, output_token_calls
)
select 'hourly', c.id, '2020-01-06 15:00', 2, 2, 1, 1, 1, 1, 1, 2, 0, 0
from perf.model_tool_configs as c;
select results_eq(
    $$ select granularity, bucket, expected, rolled_up
       from pg_temp.verify('2020-01-06', '2020-01-07') $$,
    $$ values ('hourly', '01-06 15', 0::bigint, 2::bigint) $$,
    'names an hour without calls'
);
rollback to savepoint intact;

update perf.performance_metrics_daily set total_input_tokens = 7 where time_bucket = '2020-01-07';
select results_eq(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-13') $$,
    $$ values
        ('daily', '01-07 00', 1::bigint, 1::bigint, 'tokens'),
        ('weekly', '01-06 00', 5, 5, 'tokens') $$,
    'a day is compared with its calls, a week with its days'
);
rollback to savepoint intact;

update perf.performance_metrics_weekly set call_count = 6 where time_bucket = '2020-01-06';
select results_eq(
    $$ select * from pg_temp.verify('2020-01-08', '2020-01-09') $$,
    $$ values ('weekly', '01-06 00', 5::bigint, 6::bigint, 'calls') $$,
    'the week of a day is looked at'
);
select is_empty(
    $$ select * from pg_temp.verify('2020-01-13', '2020-01-14') $$,
    'not the week before'
);
rollback to savepoint intact;

update perf.performance_metrics_daily set call_count = 9 where time_bucket = '2020-01-13';
select is_empty(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-13 00:00') $$,
    'the day that starts with the end is not in the range'
);
select is(
    (select count(*) from pg_temp.verify('2020-01-06', '2020-01-13 00:00:00.000001')),
    2::bigint,
    'a microsecond later it is, with its week'
);
rollback to savepoint intact;

update perf.performance_metrics_hourly set call_count = 4 where time_bucket = '2020-01-06 10:00';
insert into perf_internal.dropped_days (day, calls, bytes) values ('2020-01-06', 1, 1);
select is_empty(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-13') $$,
    'what retention has dropped raw calls of cannot be compared'
);
rollback to savepoint intact;

delete from perf.performance_metrics_hourly where time_bucket < '2020-01-06 11:00';
update perf.retention set deleted_before = '2020-01-06 11:00' where level = 'hourly';
select is_empty(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-13') $$,
    'hours that retention has deleted are not missing'
);
rollback to savepoint intact;

delete from perf.performance_metrics_daily where time_bucket < '2020-01-07';
update perf.retention set deleted_before = '2020-01-07' where level = 'daily';
select is_empty(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-13') $$,
    'nor days, nor weeks that have lost a day'
);
rollback to savepoint intact;

set local timezone = 'Europe/Berlin';
-- On Sunday 2020-03-29 the clocks of Berlin go forward.
create temporary table spring as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-03-29 12:00+00');
create temporary table third_run as select perf.aggregate_performance_metrics();
update perf.performance_metrics_daily set call_count = 9 where time_bucket = '2020-03-29 00:00+00';
select is(
    (
        select v.rolled_up_calls
        from perf.verify_performance_metrics('2020-03-29 00:00+00', '2020-03-29 00:30+00') as v
        where v.granularity = 'daily'
    ),
    9::bigint,
    'a change to summer time in the zone of the session is of no matter'
);
set local timezone = 'UTC';
rollback to savepoint intact;

select is_empty(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-06') $$,
    'an empty range differs in nothing'
);

select throws_ok(
    $$ select * from pg_temp.verify('2020-01-07', '2020-01-06') $$,
    '22023',
    'end_time must not be before start_time, got 2020-01-07 00:00:00+00 and 2020-01-06 00:00:00+00',
    'refuses an end before the start'
);
select throws_ok(
    $$ select * from pg_temp.verify('2020-01-07', 'infinity') $$,
    '22023',
    'start_time and end_time must be points in time, got 2020-01-07 00:00:00+00 and infinity',
    'refuses an infinite end'
);

set local role perf_analyst;
select lives_ok(
    $$ select * from perf.verify_performance_metrics('2020-01-06', '2020-01-13') $$,
    'perf_analyst may ask'
);

set local role perf_recorder;
select throws_ok(
    $$ select * from perf.verify_performance_metrics('2020-01-06', '2020-01-13') $$,
    '42501',
    null,
    'perf_recorder may not'
);

select * from finish();
rollback;
