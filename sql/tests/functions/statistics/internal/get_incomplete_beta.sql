begin;
select plan(3);

-- By scipy.special.betainc; the second is 6 x^2 / 1 - 8 x^3 + 3 x^4 at 0.4.
select is_empty(
    $$ select c.*, perf_internal.get_incomplete_beta(c.a, c.b, c.x, 1 - c.x)
       from (
           values
               (0.5::float8, 0.5::float8, 0.3::float8, 0.36901011956554536::float8),
               (2, 3, 0.4, 0.5248),
               (10.5, 0.5, 0.9, 0.141553091812887),
               (1000, 2000, 0.33, 0.3506326761341843),
               (1e5, 0.5, 0.9999, 7.74036967094646e-06)
       ) as c (a, b, x, expected)
       where abs(perf_internal.get_incomplete_beta(c.a, c.b, c.x, 1 - c.x) / c.expected - 1)
           > 1e-10 $$,
    'agrees with the tables'
);
select is(
    array[
        perf_internal.get_incomplete_beta(2, 3, 0, 1), perf_internal.get_incomplete_beta(2, 3, 1, 0)
    ],
    '{0,1}'::float8[],
    'knows the ends'
);
select is(perf_internal.get_incomplete_beta(2, 3, null, 1), null, 'null gives null');

select * from finish();
rollback;
