begin;
select plan(9);

-- 100 units each, means 10 and 11, both with a variance of 25: standard error root(0.25 + 0.25).
select results_eq(
    $$ select c.method, c.difference, round(c.p_value::numeric, 6), round(c.low::numeric, 4),
           round(c.high::numeric, 4)
       from perf_internal.compare_ab_variants(
           100, 100, 10, 99 * 25, 0.25, 100, 100, 11, 99 * 25, 0.25, false, 2, 0.95
       ) as c $$,
    $$ values ('welch_t', 1::float8, 0.158870, -0.3944, 2.3944) $$,
    'independent units are compared by Welch''s test'
);

select results_eq(
    $$ select c.method, c.difference, round(c.p_value::numeric, 6), round(c.low::numeric, 4),
           round(c.high::numeric, 4)
       from perf_internal.compare_ab_variants(
           100, 300, 10, 99 * 25, 0.25, 100, 100, 11, 99 * 25, 0.25, true, 2, 0.95
       ) as c $$,
    $$ values ('delta_z', 1::float8, 0.157299, -0.3859, 2.3859) $$,
    'units with several outcomes by the normal distribution'
);

-- 20 and 40 of 100: pooled z 0.2 / root(0.3 * 0.7 * 2 / 100) = 3.0861, and Newcombe's interval.
select results_eq(
    $$ select c.method, round(c.p_value::numeric, 6), round(c.low::numeric, 4),
           round(c.high::numeric, 4)
       from perf_internal.compare_ab_variants(
           100, 100, 0.2, 16, 16 / 9900.0::float8, 100, 100, 0.4, 24, 24 / 9900.0::float8, true,
           0.1, 0.95
       ) as c $$,
    $$ values ('proportions_z', 0.002028, 0.0731, 0.3185) $$,
    'outcomes of 0 and 1 by the test of two proportions'
);

select is(
    round(c.chance_of_more::numeric, 6),
    round(perf.get_normal_probability(0.2 / sqrt(0.0016 + 0.0024))::numeric, 6),
    'the chance of more has the variance of a rate'
)
from perf_internal.compare_ab_variants(
    100, 100, 0.2, 16, 16 / 9900.0::float8, 100, 100, 0.4, 24, 24 / 9900.0::float8, true, 0.1, 0.95
) as c;

select results_eq(
    $$ select c.always_valid_low, c.always_valid_high, c.always_valid_p_value
       from perf_internal.compare_ab_variants(
           100, 100, 10, 99 * 25, 0.25, 100, 100, 11, 99 * 25, 0.25, false, 2, 0.95
       ) as c $$,
    $$ select i.low, i.high, perf.get_always_valid_probability(1, sqrt(0.5::float8), 2)
       from perf.get_always_valid_interval(1, sqrt(0.5::float8), 2) as i $$,
    'the always-valid interval has the standard error of both means'
);

-- B has 100 units without any event and A 900 with 81: B alone seems to vary by nothing. Together
-- the variance of a unit is 899 / 998 * 0.0820, and that of the difference 1 / 900 + 1 / 100 of it.
select ok(
    abs(
        c.always_valid_high - c.always_valid_low
        - 2 * (i.high - c.difference)
    ) < 1e-12,
    'a variant without any event does not make the interval narrow'
)
from (
    values (81 * 0.91::float8)
) as v (m2)
cross join lateral (
    select
        sqrt(
            899.0::float8 * v.m2 / 899 / 998 * (1 / 900.0::float8 + 1 / 100.0::float8)
        ) as error
) as e
cross join lateral perf.get_always_valid_interval(-0.09, e.error, 0.05) as i
cross join lateral perf_internal.compare_ab_variants(
    900, 900, 0.09, v.m2, v.m2 / 899 / 900, 100, 100, 0, 0, 0, true, 0.05, 0.95
) as c;

select results_eq(
    $$ select c.always_valid_low, c.always_valid_p_value, c.chance_of_more > 0.5
       from perf_internal.compare_ab_variants(
           29, 29, 10, 28 * 25, 25 / 29.0::float8, 100, 100, 11, 99 * 25, 0.25, false, 2, 0.95
       ) as c $$,
    'values (null::float8, null::float8, true)',
    'with 29 units the always-valid test says nothing'
);

select results_eq(
    $$ select c.method, c.difference, c.p_value, c.always_valid_low, c.chance_of_more
       from perf_internal.compare_ab_variants(
           100, 100, 1, 0, 0, 100, 100, 1, 0, 0, true, 0.1, 0.95
       ) as c $$,
    $$ values ('proportions_z', 0::float8, 1::float8, null::float8, null::float8) $$,
    'nothing is known where nothing varies'
);

select results_eq(
    $$ select c.method, c.difference, c.p_value
       from perf_internal.compare_ab_variants(
           0, 0, null, null, null, 5, 5, 1, 0, 0, false, 0.1, 0.95
       ) as c $$,
    'values (null::text, null::float8, null::float8)',
    'nothing is known without units of A'
);

select * from finish();
rollback;
