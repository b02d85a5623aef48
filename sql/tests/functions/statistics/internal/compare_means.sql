begin;
select plan(11);

-- Means 2 and 6, variances 1 and 4, m2 2 and 8, so those of the means 1/3 and 4/3: t is 4 / sqrt(5/3), with
-- (5/3)^2 / (1/18 + 16/18) = 50/17 degrees of freedom. The interval is 4 -+ 3.2187 * 1.2910.
select results_eq(
    $$ select
        round(difference::numeric, 4), round(low::numeric, 4), round(high::numeric, 4),
        round(t::numeric, 4), round(degrees_of_freedom::numeric, 4), round(p_value::numeric, 4)
    from perf_internal.compare_means(3, 2, 2, 3, 6, 8) $$,
    $$ values (4.0000, -0.1554, 8.1554, 3.0984, 2.9412, 0.0548) $$,
    'is what is worked out by hand'
);

-- 1.96 * sqrt(2 * 4 / 10^6) is 0.005544, and a difference of 0.01 is 3.5355 errors.
select results_eq(
    $$ select round(low::numeric, 6), round(high::numeric, 6), round(t::numeric, 4)
    from perf_internal.compare_means(1000000, 1, 4e6, 1000000, 1.01, 4e6) $$,
    $$ values (0.004456, 0.015544, 3.5355) $$,
    'of many values it is that of the normal distribution'
);

select results_eq(
    $$ select * from perf_internal.compare_means(9, 0.5, 0, 4, 0.5, 0) $$,
    $$ values (0::float8, 0::float8, 0::float8, null::float8, null::float8, 1::float8) $$,
    'without variance equal means do not differ'
);

select results_eq(
    $$ select * from perf_internal.compare_means(9, 0.5, 0, 4, 0.75, 0) $$,
    $$ values (0.25::float8, 0.25::float8, 0.25::float8, null::float8, null::float8, 0::float8) $$,
    'without variance other means differ'
);

select results_eq(
    $$ select * from perf_internal.compare_means(1, 3, 0, 4, 5, 1) $$,
    $$ values (2::float8, null::float8, null::float8, null::float8, null::float8, null::float8) $$,
    'one value has a difference only'
);

select results_eq(
    $$ select * from perf_internal.compare_means(0, null, null, 4, 5, 1) $$,
    $$ values (null::float8, null::float8, null::float8, null::float8, null::float8, null::float8) $$,
    'no values say nothing'
);

select results_eq(
    $$ select * from perf_internal.compare_means(null, null, null, null, null, null) $$,
    $$ values (null::float8, null::float8, null::float8, null::float8, null::float8, null::float8) $$,
    'null says nothing'
);

select results_eq(
    $$ select degrees_of_freedom, t, p_value
    from perf_internal.compare_means(2, 0, 1e-300, 2, 1e-160, 1e300) $$,
    $$ values (1::float8, exp(-230::float8), 1::float8) $$,
    'values far apart do not leave the range of numbers'
);

select throws_ok(
    $$ select perf_internal.compare_means(3, 'NaN', 2, 3, 6, 8) $$,
    '22023',
    'means must be numbers of at most 1e150, m2 at least 0 and at most 1e300, got means NaN and 6, m2 2 and 8',
    'refuses NaN'
);

select throws_ok(
    $$ select perf_internal.compare_means(3, 1, -2, 3, 6, 8) $$,
    '22023',
    'means must be numbers of at most 1e150, m2 at least 0 and at most 1e300, got means 1 and 6, m2 -2 and 8',
    'refuses m2 below 0'
);

select throws_ok(
    $$ select perf_internal.compare_means(3, 1, 2, 3, 6, 8, 0) $$,
    '22023',
    'confidence must be between 0 and 1, both excluded, got 0',
    'refuses no confidence'
);

select * from finish();
rollback;
