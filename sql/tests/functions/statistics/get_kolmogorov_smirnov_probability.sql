begin;
select plan(12);

-- 2 of (6 over 3) orders, and of n on both sides 2 of (2 n over n): 2 / 184756 for 10.
select results_eq(
    $$ select round(perf.get_kolmogorov_smirnov_probability(1, c.n, c.n)::numeric, 8)
    from (values (1, 1), (2, 3), (3, 10)) as c (position, n) order by c.position $$,
    $$ values (1.00000000), (0.10000000), (0.00001083) $$,
    'of the same size it is exact'
);

-- 2 of (5 over 2) orders.
select results_eq(
    $$ select round(perf.get_kolmogorov_smirnov_probability(1, 2, 3)::numeric, 8) $$,
    $$ values (0.20000000) $$,
    'of few values it is exact'
);

-- Kolmogorov's limits of 5 % and 1 %: 1.3581 and 1.6276 by sqrt(n m / (n + m)).
select results_eq(
    $$ select round(perf.get_kolmogorov_smirnov_probability(l.z / 1e5, 15000000000, 30000000000)::numeric, 4)
    from (values (1.3581::float8), (1.6276)) as l (z) order by l.z $$,
    $$ values (0.0500), (0.0100) $$,
    'of many it is Kolmogorov''s'
);

select results_eq(
    $$ select round(perf.get_kolmogorov_smirnov_probability(l.z / 1e5, 20000000000, 20000000000)::numeric, 4)
    from (values (1.3581::float8), (1.6276)) as l (z) order by l.z $$,
    $$ values (0.0500), (0.0100) $$,
    'of many of the same size too'
);

select results_eq(
    $$ select perf.get_kolmogorov_smirnov_probability(0.03, 40000, 10000)
        = perf.get_kolmogorov_smirnov_probability(0.03, 10000, 40000) $$,
    $$ values (true) $$,
    'the order does not matter'
);

select results_eq(
    $$ select perf.get_kolmogorov_smirnov_probability(0, c.n, c.m)
    from (values (1, 1), (3, 7), (500, 500), (500, 1000)) as c (n, m) $$,
    $$ values (1::float8), (1), (1), (1) $$,
    'a distance of 0 is always reached'
);

-- 1/3 + 1/3 + 1/3 can be above 1.
select lives_ok(
    $$ select perf.get_kolmogorov_smirnov_probability(1 + 1e-16, 3, 7) $$,
    'takes what rounding leaves above 1'
);

select results_eq(
    $$ select perf.get_kolmogorov_smirnov_probability(0.5, 0, 3)
    union all select perf.get_kolmogorov_smirnov_probability(0.5, 3, null)
    union all select perf.get_kolmogorov_smirnov_probability(null, 3, 3) $$,
    $$ values (null::float8), (null), (null) $$,
    'no values say nothing'
);

select throws_ok(
    $$ select perf.get_kolmogorov_smirnov_probability('NaN', 3, 4) $$,
    '22023',
    'distance must be between 0 and 1, got NaN',
    'refuses NaN'
);

select throws_ok(
    $$ select perf.get_kolmogorov_smirnov_probability(1.1, 3, 4) $$,
    '22023',
    'distance must be between 0 and 1, got 1.1',
    'refuses a distance above 1'
);

select throws_ok(
    $$ select perf.get_kolmogorov_smirnov_probability(0.5, -1, 4) $$,
    '22023',
    'count_a and count_b must be between 0 and 2^53, got -1 and 4',
    'refuses a count below 0'
);

select throws_ok(
    $$ select perf.get_kolmogorov_smirnov_probability(0.5, 9007199254740993, 4) $$,
    '22023',
    null,
    'refuses a count above 2^53'
);

select * from finish();
rollback;
