begin;
select plan(5);

select results_eq(
    $$ select round(j.projected::numeric, 6), round(j.low::numeric, 6), round(j.high::numeric, 6)
       from perf_internal.get_spending_projection('{1,2,3,4,5,6,7,8}', 4, 10) as j $$,
    -- 4 days of 4.5; the 0.95 quantile of Student's t with 7 degrees of freedom is 1.894579, and
    -- 1.894579 * sqrt(6) * sqrt(4 + 16 / 8) = 11.367472.
    $$ values (28.0, 16.632528, 39.367472) $$,
    'the mean of the days, with the interval of their sum'
);
select results_eq(
    $$ select j.projected, j.low, j.high
       from perf_internal.get_spending_projection('{2,2,2,2,2,2,2}', 0.5, 10) as j $$,
    $$ values (11::float8, 11::float8, 11::float8) $$,
    'days that are all alike'
);
select results_eq(
    $$ select j.projected, j.low
       from perf_internal.get_spending_projection('{0,0,0,0,0,0,70}', 1, 10) as j $$,
    $$ values (20::float8, 10::float8) $$,
    'what is spent is not taken back'
);
select results_eq(
    $$ select j.projected, j.low, j.high
       from perf_internal.get_spending_projection('{1,2,3,4,5,6,7}', 0, 10) as j $$,
    $$ values (10::float8, 10::float8, 10::float8) $$,
    'at the end it is what is spent'
);
select results_eq(
    $$ select j.projected, j.low, j.high
       from perf_internal.get_spending_projection('{1,2,3,4,5,6}', 4, 10) as j $$,
    $$ values (null::float8, null::float8, null::float8) $$,
    'null with fewer than 7 days'
);

select * from finish();
rollback;
