begin;
select plan(9);

set local datestyle = 'ISO';
set local timezone = 'UTC';

select is(
    perf_internal.get_bucket_end(b.bucket_start, b.granularity, b.time_zone), b.bucket_end, b.fact
)
from (
    values
        (
            timestamptz '2020-03-28 23:00', 'hourly', 'Europe/Berlin',
            timestamptz '2020-03-29 00:00', 'an hour ends an hour later'
        ),
        ('2020-01-06 00:00', 'daily', 'UTC', '2020-01-07 00:00', 'a day of UTC has 24 hours'),
        ('2020-03-28 23:00', 'daily', 'Europe/Berlin', '2020-03-29 22:00', 'a day may have 23'),
        ('2020-10-24 22:00', 'daily', 'Europe/Berlin', '2020-10-25 23:00', 'or 25'),
        ('2020-10-18 22:00', 'weekly', 'Europe/Berlin', '2020-10-25 23:00', 'a week an hour more'),
        ('2020-01-05 19:00', 'weekly', 'Asia/Kolkata', '2020-01-12 19:00', 'it ends on Monday'),
        ('2020-01-31 19:00', 'monthly', 'Asia/Kolkata', '2020-02-29 19:00', 'a month is that long')
) as b (bucket_start, granularity, time_zone, bucket_end, fact);
select is(perf_internal.get_bucket_end(null, 'daily', 'UTC'), null, 'null of null');

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.get_bucket_end('2020-01-01', 'daily', 'UTC') $$, '42501', null,
    'perf_recorder may not ask'
);

select * from finish();
rollback;
