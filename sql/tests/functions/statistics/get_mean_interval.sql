begin;
select plan(12);

-- 2, 4, 4, 4, 6 has mean 4 and squared differences 8, so variance 2. Student's 97.5 % quantile with
-- 4 degrees of freedom is 2.7764, so 4 -+ 2.7764 * sqrt(2 / 5) = 2.244, 5.756.
select results_eq(
    'select round(low::numeric, 2), round(high::numeric, 2) from perf.get_mean_interval(5, 4, 8)',
    'values (2.24, 5.76)',
    'is that of Student for five values'
);

-- The 99.5 % quantile is 4.6041: 4 -+ 2.912.
select results_eq(
    $$ select round(low::numeric, 2), round(high::numeric, 2)
       from perf.get_mean_interval(5, 4, 8, 0.99) $$,
    'values (1.09, 6.91)',
    'more confidence makes it wider'
);

-- A million values of mean 10 and deviation 2: 10 -+ 1.96 * 2 / 1000.
select results_eq(
    $$ select round(low::numeric, 5), round(high::numeric, 5)
       from perf.get_mean_interval(1000000, 10, 999999 * 4) $$,
    'values (9.99608, 10.00392)',
    'of many values it is that of the normal distribution'
);

select results_eq(
    'select low, high from perf.get_mean_interval(15, 10, 0)',
    'values (10::float8, 10::float8)',
    'has no width where all values are the same'
);

select results_eq(
    'select low, high from perf.get_mean_interval(4, 4, 8)',
    'values (null::float8, null::float8)',
    'four values are too few'
);

select results_eq(
    'select low, high from perf.get_mean_interval(0, null, null)',
    'values (null::float8, null::float8)',
    'no values say nothing'
);

select results_eq(
    'select low, high from perf.get_mean_interval(null, null, null)',
    'values (null::float8, null::float8)',
    'null says nothing'
);

select throws_ok(
    'select perf.get_mean_interval(5, 4, 8, 1)',
    '22023',
    null,
    'refuses full confidence'
);

select throws_ok(
    format('select perf.get_mean_interval(10, %L, %L)', v.mean, v.m2),
    '22023',
    format('mean must be a number and m2 one of at least 0, got %s and %s', v.mean, v.m2),
    format('refuses a mean of %s with m2 %s', v.mean, v.m2)
)
from (values ('NaN', '1'), ('Infinity', '1'), ('1', 'NaN'), ('1', '-1')) as v (mean, m2);

select * from finish();
rollback;
