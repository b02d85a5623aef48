begin;
select plan(5);

set local timezone = 'UTC';

create temporary table recorded as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => d)
from (
    values
        (timestamptz '2020-01-06 00:00'),
        ('2020-01-07 00:00')
) as c (d);
select perf.aggregate_performance_metrics();

select is(
    perf_internal.check_raw_day('2020-01-06'),
    null,
    'nothing speaks against dropping a day whose calls are rolled up'
);
select is(
    perf_internal.check_raw_day('2020-01-05'),
    null,
    'a day without calls may go'
);

update perf.performance_metrics_hourly set call_count = 9 where time_bucket = '2020-01-07 00:00';
select is(
    perf_internal.check_raw_day('2020-01-07'),
    '1 buckets differ from their raw calls, first 2020-01-07 00:00:00+00',
    'a day whose rollups say something else may not'
);

create temporary table late as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-01-06 12:00');
select is(
    perf_internal.check_raw_day('2020-01-06'),
    'some of its calls are not rolled up yet',
    'nor one of which a call is not rolled up'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.check_raw_day('2020-01-07') $$,
    '42501',
    null,
    'only the owner may call it'
);

select * from finish();
rollback;
