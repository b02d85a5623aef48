begin;
select plan(9);

select lives_ok(
    $$ select perf_internal.check_history_range('-infinity', 'infinity', 10000) $$,
    'takes a range without ends, and 10,000 rows'
);

select lives_ok(
    $$ select perf_internal.check_history_range('2020-01-06', '2020-01-06', 1) $$,
    'takes a range of nothing, and one row'
);

select throws_ok(
    $$ select perf_internal.check_history_range(null, 'infinity', 1) $$,
    '22023',
    'since and until must be points in time, until not before since, got null and infinity',
    'refuses no since'
);

select throws_ok(
    $$ select perf_internal.check_history_range('-infinity', null, 1) $$,
    '22023',
    'since and until must be points in time, until not before since, got -infinity and null',
    'refuses no until'
);

select throws_ok(
    $$ select perf_internal.check_history_range('2020-01-06 00:00:00.000001', '2020-01-06', 1) $$,
    '22023',
    null,
    'refuses an end before the start'
);

select throws_ok(
    $$ select perf_internal.check_history_range('-infinity', 'infinity', 0) $$,
    '22023',
    'max_rows must be between 1 and 10000, got 0',
    'refuses no rows'
);

select throws_ok(
    $$ select perf_internal.check_history_range('-infinity', 'infinity', -1) $$,
    '22023',
    'max_rows must be between 1 and 10000, got -1',
    'refuses fewer'
);

select throws_ok(
    $$ select perf_internal.check_history_range('-infinity', 'infinity', 10001) $$,
    '22023',
    'max_rows must be between 1 and 10000, got 10001',
    'refuses more than 10,000'
);

select throws_ok(
    $$ select perf_internal.check_history_range('-infinity', 'infinity', null) $$,
    '22023',
    'max_rows must be between 1 and 10000, got null',
    'refuses null rows'
);

select * from finish();
rollback;
