begin;
select plan(12);

-- Messages show times as the session does.
set local datestyle = 'ISO';

set local timezone = 'UTC';

select lives_ok(
    $$ select perf_internal.check_time_range('2020-01-06', '2020-01-07') $$,
    'a range passes'
);

select lives_ok(
    $$ select perf_internal.check_time_range('2020-01-06', '2020-01-06') $$,
    'an empty range passes'
);

select lives_ok(
    $$ select perf_internal.check_time_range('0001-01-01', '9999-12-31') $$,
    'the years 1 to 9999 pass'
);

select throws_ok(
    $$ select perf_internal.check_time_range('2020-01-06 00:00:00.000001', '2020-01-06') $$,
    '22023',
    'end_time must not be before start_time, got 2020-01-06 00:00:00.000001+00 and 2020-01-06 00:00:00+00',
    'refuses an end a microsecond before the start'
);

select throws_ok(
    $$ select perf_internal.check_time_range(null, '2020-01-06') $$,
    '22023',
    'start_time and end_time must be points in time, got null and 2020-01-06 00:00:00+00',
    'refuses a null start'
);

select throws_ok(
    $$ select perf_internal.check_time_range('2020-01-06', null) $$,
    '22023',
    'start_time and end_time must be points in time, got 2020-01-06 00:00:00+00 and null',
    'refuses a null end'
);

select throws_ok(
    $$ select perf_internal.check_time_range(null, null) $$,
    '22023',
    'start_time and end_time must be points in time, got null and null',
    'refuses two nulls'
);

select throws_ok(
    $$ select perf_internal.check_time_range('-infinity', '2020-01-06') $$,
    '22023',
    'start_time and end_time must be points in time, got -infinity and 2020-01-06 00:00:00+00',
    'refuses an infinite start'
);

select throws_ok(
    $$ select perf_internal.check_time_range('2020-01-06', 'infinity') $$,
    '22023',
    'start_time and end_time must be points in time, got 2020-01-06 00:00:00+00 and infinity',
    'refuses an infinite end'
);

select throws_ok(
    $$ select perf_internal.check_time_range('0001-12-31 BC', '2020-01-06') $$,
    '22023',
    'start_time and end_time must be points in time, got 0001-12-31 00:00:00+00 BC and 2020-01-06 00:00:00+00',
    'refuses a start before the year 1'
);

select throws_ok(
    $$ select perf_internal.check_time_range('2020-01-06', '10000-01-01') $$,
    '22023',
    'start_time and end_time must be points in time, got 2020-01-06 00:00:00+00 and 10000-01-01 00:00:00+00',
    'refuses an end after the year 9999'
);

set local role anon;

select throws_ok(
    $$ select perf_internal.check_time_range('2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'anon may not ask'
);

select * from finish();
rollback;
