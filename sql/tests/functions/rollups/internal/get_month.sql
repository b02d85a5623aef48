begin;
select plan(8);

-- Messages show times as the session does.
set local datestyle = 'ISO';
set local timezone = 'UTC';

select is(
    perf_internal.get_month('2020-02-29 23:59:59.999999', 'UTC'),
    timestamptz '2020-02-01 00:00',
    'a month of UTC begins at midnight'
);
select is(
    perf_internal.get_month('2020-02-01 00:00', 'UTC'),
    timestamptz '2020-02-01 00:00',
    'midnight is in it'
);
select is(
    perf_internal.get_month('2020-12-31 12:00', 'UTC', is_next => true),
    timestamptz '2021-01-01 00:00',
    'after December comes January'
);
-- Midnight in Kolkata is at 18:30 UTC, so the first whole hour of UTC begins at 19:00.
select is(
    perf_internal.get_month('2020-01-31 18:30', 'Asia/Kolkata'),
    timestamptz '2020-01-31 19:00',
    'a month of a time zone begins with the first whole hour'
);
select is(
    perf_internal.get_month('2020-01-31 18:29', 'Asia/Kolkata'),
    timestamptz '2019-12-31 19:00',
    'a minute before midnight is in the month before'
);
-- Clocks in Berlin change on 2020-03-29.
select is(
    perf_internal.get_month('2020-03-31 12:00', 'Europe/Berlin', is_next => true),
    timestamptz '2020-03-31 22:00',
    'clocks may change in a month'
);
select is(perf_internal.get_month(null, 'UTC'), null, 'null of null');

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.get_month('2020-01-01', 'UTC') $$, '42501', null, 'perf_recorder may not ask'
);

select * from finish();
rollback;
