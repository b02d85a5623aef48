begin;
select plan(12);

-- One of the 20 orders of six values, and the one at the other end.
select results_eq(
    $$ select u, effect, round(p_value::numeric, 4)
    from perf.get_mann_whitney_test('{1,2,3}', '{7,5,6}') $$,
    $$ values (9::float8, 1::float8, 0.1000) $$,
    'a larger sample wins all pairs'
);

select results_eq(
    $$ select u, effect, round(p_value::numeric, 4)
    from perf.get_mann_whitney_test('{7,5,6}', '{1,2,3}') $$,
    $$ values (0::float8, -1::float8, 0.1000) $$,
    'a smaller sample wins none'
);

-- 4 of 9 pairs; 0 to 4 are won in 1, 1, 2, 3 and 3 of 20 orders, and so are 9 to 5.
select results_eq(
    $$ select u, round(effect::numeric, 4), p_value
    from perf.get_mann_whitney_test('{1,4,5}', '{2,3,6}') $$,
    $$ values (5::float8, 0.1111, 1::float8) $$,
    'is exact for few values'
);

-- 5 of 6 pairs. The variance is 6 / 12 * (6 - 24 / 20) = 2.4, and (2 - 0.5) / sqrt(2.4) = 0.9682.
select results_eq(
    $$ select u, round(effect::numeric, 4), round(p_value::numeric, 4)
    from perf.get_mann_whitney_test('{1,2,2}', '{2,3}') $$,
    $$ values (5::float8, 0.6667, 0.3329) $$,
    'equal values count as half, and the normal distribution stands in'
);

-- u is 0; 81 / 12 * 19 = 128.25, and 40 / sqrt(128.25) = 3.5321.
select results_eq(
    $$ select u, round(p_value::numeric, 6)
    from perf.get_mann_whitney_test('{11,12,13,14,15,16,17,18,19}', '{1,2,3,4,5,6,7,8,9}') $$,
    $$ values (0::float8, 0.000412) $$,
    'with nine on both sides it is that of the normal distribution'
);

-- One order of (10 over 2) = 45 at each end.
select results_eq(
    $$ select round(p_value::numeric, 4)
    from perf.get_mann_whitney_test('{11,12}', '{1,2,3,4,5,6,7,8}') $$,
    $$ values (0.0444) $$,
    'with fewer on one side it is exact'
);

select results_eq(
    $$ select u, effect, p_value from perf.get_mann_whitney_test('{2,2}', '{2,2,2}') $$,
    $$ values (3::float8, 0::float8, 1::float8) $$,
    'equal values do not differ'
);

select results_eq(
    $$ select u, effect, p_value from perf.get_mann_whitney_test('{2}', '{3}') $$,
    $$ values (1::float8, 1::float8, 1::float8) $$,
    'two values cannot tell'
);

select results_eq(
    $$ select * from perf.get_mann_whitney_test(array[null, 1, 2, 3], array[7, 5, null, 6]) $$,
    $$ select * from perf.get_mann_whitney_test('{1,2,3}', '{7,5,6}') $$,
    'leaves null elements out'
);

select results_eq(
    $$ select * from perf.get_mann_whitney_test('{}', '{1}')
    union all select * from perf.get_mann_whitney_test('{1}', null)
    union all select * from perf.get_mann_whitney_test(array[null::float8], '{1}') $$,
    $$ select null::float8, null::float8, null::float8 from generate_series(1, 3) $$,
    'no values say nothing'
);

select throws_ok(
    $$ select perf.get_mann_whitney_test('{1,NaN}', '{1,2}') $$,
    '22023',
    'a must be numbers from -1e90 to 1e90 or null, got NaN',
    'refuses NaN'
);

select throws_ok(
    $$ select perf.get_mann_whitney_test('{1}', '{1,Infinity}') $$,
    '22023',
    'b must be numbers from -1e90 to 1e90 or null, got Infinity',
    'refuses infinity'
);

select * from finish();
rollback;
