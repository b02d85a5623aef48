begin;
select plan(8);

-- 15 are expected everywhere: 4 * 25 / 15 = 6.6667; the effect is sqrt(6.6667 / 60).
select results_eq(
    $$ select round(chi_square::numeric, 4), degrees_of_freedom, round(effect::numeric, 4),
        round(p_value::numeric, 4)
    from perf.get_chi_square_test('{10,20}', '{20,10}') $$,
    $$ values (6.6667, 1::bigint, 0.3333, 0.0098) $$,
    'is what is worked out by hand'
);

select results_eq(
    $$ select chi_square, effect, p_value from perf.get_chi_square_test('{10,20,30}', '{20,40,60}') $$,
    $$ values (0::float8, 0::float8, 1::float8) $$,
    'equal shares do not differ'
);

select results_eq(
    $$ select chi_square, degrees_of_freedom, effect from perf.get_chi_square_test('{5,0}', '{0,5}') $$,
    $$ values (10::float8, 1::bigint, 1::float8) $$,
    'without a bin in common the effect is 1'
);

select results_eq(
    $$ select * from perf.get_chi_square_test(array[10, 0, 20, null], array[20, null, 10, 0]) $$,
    $$ select * from perf.get_chi_square_test('{10,20}', '{20,10}') $$,
    'leaves empty bins out, and null is 0'
);

select results_eq(
    $$ select * from perf.get_chi_square_test('{5,0}', '{3,0}') $$,
    $$ values (0::float8, 0::bigint, 0::float8, 1::float8) $$,
    'one bin has no difference'
);

select results_eq(
    $$ select * from perf.get_chi_square_test('{0,0}', '{3,1}')
    union all select * from perf.get_chi_square_test('{}', '{}')
    union all select * from perf.get_chi_square_test(null, '{3}') $$,
    $$ select null::float8, null::bigint, null::float8, null::float8 from generate_series(1, 3) $$,
    'no values say nothing'
);

select throws_ok(
    $$ select perf.get_chi_square_test('{1,2}', '{1,2,3}') $$,
    '22023',
    'a and b must have the same number of bins, at most 100000, got 2 and 3',
    'refuses other bins'
);

select throws_ok(
    $$ select perf.get_chi_square_test('{1,-2}', '{1,2}') $$,
    '22023',
    'a and b must have counts between 0 and 2^53, got "{1,-2}" and "{1,2}"',
    'refuses counts below 0'
);

select * from finish();
rollback;
