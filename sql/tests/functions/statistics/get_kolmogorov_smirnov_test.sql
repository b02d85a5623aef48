begin;
select plan(7);

-- Two of the 20 orders of six values are as far apart.
select results_eq(
    $$ select distance, round(p_value::numeric, 4)
    from perf.get_kolmogorov_smirnov_test('{1,2,3}', '{4,5,6}') $$,
    $$ values (1::float8, 0.1000) $$,
    'samples that do not overlap are 1 apart'
);

-- At 1: 1/2 and 0. At 2: 1 and 1/3.
select results_eq(
    $$ select round(distance::numeric, 4), round(p_value::numeric, 4)
    from perf.get_kolmogorov_smirnov_test('{1,2}', '{2,3,4}') $$,
    $$ values (0.6667, 0.6000) $$,
    'equal values count on both sides at once'
);

select results_eq(
    $$ select * from perf.get_kolmogorov_smirnov_test('{3,1,2,2}', '{2,3,2,1}') $$,
    $$ values (0::float8, 1::float8) $$,
    'the order does not matter'
);

select results_eq(
    $$ select distance from perf.get_kolmogorov_smirnov_test('{0.1,0.2}', '{0.1,0.2,0.2,0.1}') $$,
    $$ values (0::float8) $$,
    'shares count, not numbers'
);

select results_eq(
    $$ select * from perf.get_kolmogorov_smirnov_test(array[1, null, 2, 3], '{4,5,6}') $$,
    $$ select * from perf.get_kolmogorov_smirnov_test('{1,2,3}', '{4,5,6}') $$,
    'leaves null elements out'
);

select results_eq(
    $$ select * from perf.get_kolmogorov_smirnov_test('{}', '{1}')
    union all select * from perf.get_kolmogorov_smirnov_test('{1}', null)
    union all select * from perf.get_kolmogorov_smirnov_test(array[null::float8], '{1}') $$,
    $$ select null::float8, null::float8 from generate_series(1, 3) $$,
    'no values say nothing'
);

select throws_ok(
    $$ select perf.get_kolmogorov_smirnov_test('{1,NaN}', '{1,2}') $$,
    '22023',
    'a must be numbers from -1e90 to 1e90 or null, got NaN',
    'refuses NaN'
);

select * from finish();
rollback;
