begin;
select plan(14);

-- Example (a) of table II of Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10.
select results_eq(
    $$ select difference, round(low::numeric, 4), round(high::numeric, 4)
    from perf.get_proportion_test(48, 80, 56, 70) $$,
    $$ values (0.2::float8, 0.0524, 0.3339) $$,
    'the interval is what the literature prints'
);

-- 10 % and 20 %, pooled 15 %: 0.1 / sqrt(0.15 * 0.85 * 2 / 100) = 1.9803.
select results_eq(
    $$ select round(z::numeric, 4), round(p_value::numeric, 4)
    from perf.get_proportion_test(10, 100, 20, 100) $$,
    $$ values (1.9803, 0.0477) $$,
    'the test pools the rates'
);

select results_eq(
    $$ select round(z::numeric, 4), round(p_value::numeric, 4)
    from perf.get_proportion_test(20, 100, 10, 100) $$,
    $$ values (-1.9803, 0.0477) $$,
    'the other way round it has the other sign'
);

-- The limits are those of 0 of 20 by Wilson, 3.8415 / 23.8415 = 0.1611.
select results_eq(
    $$ select difference, round(low::numeric, 4), round(high::numeric, 4), z, p_value
    from perf.get_proportion_test(0, 20, 0, 20) $$,
    $$ values (0::float8, -0.1611, 0.1611, 0::float8, 1::float8) $$,
    'where none succeeds there is no difference, but a doubt'
);

select results_eq(
    $$ select difference, z, p_value from perf.get_proportion_test(20, 20, 5, 5) $$,
    $$ values (0::float8, 0::float8, 1::float8) $$,
    'where all succeed there is no difference'
);

select results_eq(
    $$ select difference, z, p_value from perf.get_proportion_test(1, 3, 2000000, 6000000) $$,
    $$ values (0::float8, 0::float8, 1::float8) $$,
    'equal rates of other sizes have no difference'
);

select results_eq(
    $$ select difference, round(z::numeric, 4) from perf.get_proportion_test(0, 2, 2, 2) $$,
    $$ values (1::float8, 2.0000) $$,
    'all against none is as far as rates can be'
);

select results_eq(
    $$ select p_value < 1e-100 and p_value > 0 from perf.get_proportion_test(100000, 1000000, 110000, 1000000) $$,
    $$ values (true) $$,
    'a small probability keeps its digits'
);

select results_eq(
    $$ select * from perf.get_proportion_test(0, 0, 1, 2) $$,
    $$ values (null::float8, null::float8, null::float8, null::float8, null::float8) $$,
    'no trials say nothing'
);

select results_eq(
    $$ select * from perf.get_proportion_test(1, 2, null, 2) $$,
    $$ values (null::float8, null::float8, null::float8, null::float8, null::float8) $$,
    'null says nothing'
);

select throws_ok(
    $$ select perf.get_proportion_test(3, 2, 1, 2) $$,
    '22023',
    'successes must be between 0 and trials, got 3 of 2 and 1 of 2',
    'refuses more successes than trials'
);

select throws_ok(
    $$ select perf.get_proportion_test(1, 2, -1, 2) $$,
    '22023',
    'successes must be between 0 and trials, got 1 of 2 and -1 of 2',
    'refuses successes below 0'
);

select throws_ok(
    $$ select perf.get_proportion_test(null, -2, 1, 2) $$,
    '22023',
    null,
    'refuses trials below 0'
);

select throws_ok(
    $$ select perf.get_proportion_test(1, 2, 1, 2, 1) $$,
    '22023',
    'confidence must be between 0 and 1, both excluded, got 1',
    'refuses full confidence'
);

select * from finish();
rollback;
