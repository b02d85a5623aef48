begin;
select plan(6);

-- Table II of Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10: 56/70 - 48/80,
-- 9/10 - 3/10, 6/7 - 2/7, 5/56 - 0/29, 0/10 - 0/20, 0/10 - 0/10, 10/10 - 0/20, 10/10 - 0/10.
select results_eq(
    $$ select round(d.low::numeric, 4), round(d.high::numeric, 4)
       from (
           values (1, 56, 70, 48, 80), (2, 9, 10, 3, 10), (3, 6, 7, 2, 7), (4, 5, 56, 0, 29),
               (5, 0, 10, 0, 20), (6, 0, 10, 0, 10), (7, 10, 10, 0, 20), (8, 10, 10, 0, 10)
       ) as c (position, x1, n1, x2, n2)
       cross join lateral perf.get_wilson_interval(c.x1, c.n1) as w1
       cross join lateral perf.get_wilson_interval(c.x2, c.n2) as w2
       cross join lateral perf.get_difference_interval(
           c.x2 / c.n2::float8, w2.low, w2.high, c.x1 / c.n1::float8, w1.low, w1.high
       ) as d
       order by c.position $$,
    $$ values (0.0524, 0.3339), (0.1705, 0.8090), (0.0582, 0.8062), (-0.0381, 0.1926),
        (-0.1611, 0.2775), (-0.2775, 0.2775), (0.6791, 1.0000), (0.6075, 1.0000) $$,
    'is what the literature prints for two rates'
);

select results_eq(
    $$ select low, high from perf.get_difference_interval(10, 7, 14, 20, 17, 23) $$,
    $$ values (5::float8, 10 + sqrt(18::float8)) $$,
    'takes each side on its own: 3 and 4 make 5, 3 and 3 the root of 18'
);

select results_eq(
    $$ select low, high from perf.get_difference_interval(10, null, 14, 20, 17, 23) $$,
    $$ values (5::float8, null::float8) $$,
    'a missing limit leaves one side open'
);

select throws_ok(
    format('select perf.get_difference_interval(1, 0, 2, 3, %L, 4)', v.value),
    '22023',
    'estimates and limits must be numbers of at most 1e150',
    'refuses a limit of ' || v.value
)
from (values ('NaN'), ('-Infinity')) as v (value);

select results_eq(
    $$ select i.low, i.high from perf.get_difference_interval(0, 5e-324, 1, 5e-324, -1, null) as i $$,
    $$ values (-sqrt(2::float8), null::float8) $$,
    'a limit may be as close as double precision can tell'
);

select * from finish();
rollback;
