begin;
select plan(11);

select lives_ok($$ select perf_internal.check_percentiles('{0.5}') $$, 'a percentile passes');
select lives_ok(
    $$ select perf_internal.check_percentiles('{0,1,0.5,0.5}') $$,
    'several pass, 0 and 1 among them, in any order'
);

select throws_ok(
    'select perf_internal.check_percentiles(null)',
    '22023',
    'percentiles must not be empty',
    'refuses null'
);
select throws_ok(
    $$ select perf_internal.check_percentiles('{}') $$,
    '22023',
    'percentiles must not be empty',
    'refuses none'
);
select throws_ok(
    $$ select perf_internal.check_percentiles('{0.5,1.001}') $$,
    '22023',
    'percentiles must be between 0 and 1, got 1.001',
    'refuses one above 1'
);
select throws_ok(
    $$ select perf_internal.check_percentiles('{-0.001}') $$,
    '22023',
    'percentiles must be between 0 and 1, got -0.001',
    'refuses one below 0'
);
select throws_ok(
    $$ select perf_internal.check_percentiles('{NaN}') $$,
    '22023',
    'percentiles must be between 0 and 1, got NaN',
    'refuses NaN'
);
select throws_ok(
    $$ select perf_internal.check_percentiles('{0.5,null}') $$,
    '22023',
    'percentiles must be between 0 and 1, got null',
    'refuses null among them'
);

select lives_ok(
    $$ select perf_internal.check_percentiles(array_fill(0.5::float8, '{200}')) $$,
    'takes two hundred'
);
select throws_ok(
    $$ select perf_internal.check_percentiles(array_fill(0.5::float8, '{201}')) $$,
    '22023',
    'percentiles must be at most 200, got 201',
    'refuses one more'
);

set local role anon;
select throws_ok(
    $$ select perf_internal.check_percentiles('{0.5}') $$, '42501', null, 'anon may not ask'
);

select * from finish();
rollback;
