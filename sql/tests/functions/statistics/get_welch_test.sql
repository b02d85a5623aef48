begin;
select plan(15);

-- Means 2 and 6, variances 1 and 4, so those of the means 1/3 and 4/3: t is 4 / sqrt(5/3), with
-- (5/3)^2 / (1/18 + 16/18) = 50/17 degrees of freedom. The interval is 4 -+ 3.2187 * 1.2910.
select results_eq(
    $$ select
        round(difference::numeric, 4), round(low::numeric, 4), round(high::numeric, 4),
        round(t::numeric, 4), round(degrees_of_freedom::numeric, 4), round(p_value::numeric, 4)
    from perf.get_welch_test('{1,2,3}', '{4,6,8}') $$,
    $$ values (4.0000, -0.1554, 8.1554, 3.0984, 2.9412, 0.0548) $$,
    'is what is worked out by hand'
);

select results_eq(
    $$ select round(difference::numeric, 4), round(t::numeric, 4), round(p_value::numeric, 4)
    from perf.get_welch_test('{4,6,8}', '{1,2,3}') $$,
    $$ values (-4.0000, -3.0984, 0.0548) $$,
    'the other way round it has the other sign'
);

select results_eq(
    $$ select * from perf.get_welch_test(array[1, null, 2, 3], '{4,6,8}') $$,
    $$ select * from perf.get_welch_test('{1,2,3}', '{4,6,8}') $$,
    'leaves null elements out'
);

select ok(
    (
        select narrow.low > wide.low and narrow.high < wide.high
        from perf.get_welch_test('{1,2,3}', '{4,6,8}', 0.8) as narrow
        cross join perf.get_welch_test('{1,2,3}', '{4,6,8}', 0.99) as wide
    ),
    'less confidence makes it narrower'
);

select results_eq(
    $$ select * from perf.get_welch_test('{5,5}', '{7,7,7}') $$,
    $$ values (2::float8, 2::float8, 2::float8, null::float8, null::float8, 0::float8) $$,
    'equal values on each side differ without a doubt'
);

select results_eq(
    $$ select * from perf.get_welch_test('{0.1,0.1,0.1}', '{0.1,0.1}') $$,
    $$ values (0::float8, 0::float8, 0::float8, null::float8, null::float8, 1::float8) $$,
    'equal values on both sides do not differ, whatever rounding leaves'
);

-- The variance of one side only: 2 / 2 = 1, t is 2 with 1 degree of freedom, which has p 0.2952.
select results_eq(
    $$ select round(t::numeric, 4), degrees_of_freedom, round(p_value::numeric, 4)
    from perf.get_welch_test('{5,5}', '{6,8}') $$,
    $$ values (2.0000, 1::float8, 0.2952) $$,
    'one side may be without variance'
);

select results_eq(
    $$ select * from perf.get_welch_test('{5}', '{6,8}') $$,
    $$ values (2::float8, null::float8, null::float8, null::float8, null::float8, null::float8) $$,
    'one value has a difference only'
);

select results_eq(
    $$ select * from perf.get_welch_test('{}', '{6,8}') $$,
    $$ values (null::float8, null::float8, null::float8, null::float8, null::float8, null::float8) $$,
    'no values say nothing'
);

select results_eq(
    $$ select * from perf.get_welch_test(null, '{6,8}') $$,
    $$ values (null::float8, null::float8, null::float8, null::float8, null::float8, null::float8) $$,
    'null says nothing'
);

select throws_ok(
    $$ select perf.get_welch_test('{1,NaN}', '{1,2}') $$,
    '22023',
    'a must be numbers from -1e90 to 1e90 or null, got NaN',
    'refuses NaN'
);

select throws_ok(
    $$ select perf.get_welch_test('{1,2}', '{1,-Infinity}') $$,
    '22023',
    'b must be numbers from -1e90 to 1e90 or null, got -Infinity',
    'refuses infinity'
);

select throws_ok(
    $$ select perf.get_welch_test('{1,2}', '{1,2}', 1) $$,
    '22023',
    'confidence must be between 0 and 1, both excluded, got 1',
    'refuses full confidence'
);

select throws_ok(
    $$ select perf.get_welch_test('{1,2}', '{1,2}', null) $$,
    '22023',
    'confidence must be between 0 and 1, both excluded, got null',
    'refuses no confidence'
);

select results_eq(
    $$ select w.difference, w.low, w.t, w.p_value
       from perf.get_welch_test('{1e-200,2e-200}', '{3e-200,5e-200}') as w $$,
    $$ values (2.5e-200::float8, null::float8, null::float8, null::float8) $$,
    'of values whose squares are too small only the difference is known'
);

select * from finish();
rollback;
