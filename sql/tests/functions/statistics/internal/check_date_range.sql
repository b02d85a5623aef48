begin;
select plan(8);

select lives_ok(
    $$ select perf_internal.check_date_range('2020-01-06', '2020-01-07') $$, 'a day is fine'
);

select lives_ok(
    $$ select perf_internal.check_date_range('2020-01-06', '2020-01-06') $$, 'so is no day'
);

select lives_ok(
    $$ select perf_internal.check_date_range('0001-01-01', '9999-12-01') $$,
    'the longest range is fine'
);

select throws_ok(
    $$ select perf_internal.check_date_range('2020-01-07', '2020-01-06') $$,
    '22023',
    'end_date must not be before start_date, got 2020-01-07 and 2020-01-06',
    'refuses a range that ends before it starts'
);

select throws_ok(
    $$ select perf_internal.check_date_range(null, '2020-01-06') $$,
    '22023',
    'start_date and end_date must be days, got null and 2020-01-06',
    'refuses a range without a start'
);

select throws_ok(
    $$ select perf_internal.check_date_range('2020-01-06', 'infinity') $$,
    '22023',
    'start_date and end_date must be days, got 2020-01-06 and infinity',
    'refuses a range without an end'
);

select throws_ok(
    $$ select perf_internal.check_date_range('0001-12-31 BC', '2020-01-06') $$,
    '22023',
    null,
    'refuses days before year 1'
);

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.check_date_range('2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);

select * from finish();
rollback;
