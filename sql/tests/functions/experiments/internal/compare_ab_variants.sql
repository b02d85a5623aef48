begin;
select plan(14);

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

-- B has 100 units without any event: B alone seems to vary by nothing. Where A has 90 of 900, the
-- variance of both together is larger, (81 / 998) * (1 / 900 + 1 / 100). Where A has 9, two successes
-- and two failures more in each, which is 2 more squared deviations, count more.
select is(
    round((c.always_valid_high - c.always_valid_low)::numeric, 12),
    round(2 * (i.high - i.difference)::numeric, 12),
    'a variant without any event does not make the interval narrow'
)
from (
    values
        (0.1::float8, 81::float8, 81 / 998.0::float8 * (1 / 900.0::float8 + 1 / 100.0::float8)),
        (0.01, 8.91, (8.91 + 2) / (899 * 900) + 2 / 9900.0::float8)
) as v (mean, m2, variance)
cross join lateral (
    select -v.mean as difference, a.high
    from perf.get_always_valid_interval(-v.mean, sqrt(v.variance), 0.05) as a
) as i
cross join lateral perf_internal.compare_ab_variants(
    900, 900, v.mean, v.m2, v.m2 / 899 / 900, 100, 100, 0, 0, 0, true, 0.05, 0.95
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
       from (values (0), (1)) as v (mean)
       cross join lateral perf_internal.compare_ab_variants(
           100, 100, 2 * v.mean, 0, 0, 100, 100, 2 * v.mean, 0, 0, v.mean = 0, 0.1, 0.95
       ) as c $$,
    $$ values
        ('proportions_z', 0::float8, 1::float8, null::float8, null::float8),
        ('welch_t', 0, 1, null, null) $$,
    'nothing is known where nothing varies, nor of 0 alone: it may be no rate'
);

-- Twice 2 / (99 * 100) is the square of 0.0201.
select results_eq(
    $$ select round(c.always_valid_low::numeric, 12), round(c.always_valid_high::numeric, 12),
           c.always_valid_p_value, c.chance_of_more
       from (values (1, false), (0, true)) as v (mean, is_binary)
       cross join lateral perf_internal.compare_ab_variants(
           100, 100, v.mean, 0, 0, 100, 100, v.mean, 0, 0, true, 0.1, 0.95, v.is_binary
       ) as c $$,
    $$ select round(i.low::numeric, 12), round(i.high::numeric, 12), 1::float8, null::float8
       from generate_series(1, 2)
       cross join perf.get_always_valid_interval(0, sqrt(4 / 9900.0::float8), 0.1) as i $$,
    'but a rate of which no event is seen is within a range of 0 or 1'
);

select results_eq(
    $$ select c.method, c.p_value < 1e-40, round(c.always_valid_low::numeric, 12),
           c.always_valid_p_value < 1e-40, c.chance_of_more < 1e-40
       from perf_internal.compare_ab_variants(
           100, 100, 1, 0, 0, 100, 100, 0, 0, 0, true, 0.1, 0.95
       ) as c $$,
    $$ select 'proportions_z', true, round(i.low::numeric, 12), true, true
       from perf.get_always_valid_interval(-1, sqrt(4 / 9900.0::float8), 0.1) as i $$,
    'all of A and none of B is a difference'
);

-- The variance of all 200 outcomes, 5 and 7, is 1. The error is 2 / root(198), z its root.
select results_eq(
    $$ select c.method, round(c.p_value::numeric, 12), round(c.low::numeric, 9),
           round(c.always_valid_low::numeric, 12)
       from (values (100), (200)) as v (outcomes)
       cross join lateral perf_internal.compare_ab_variants(
           100, v.outcomes, 5, 0, 0, 100, v.outcomes, 7, 0, 0, false, 1, 0.95
       ) as c $$,
    $$ select v.method, 0.0, round(v.low::numeric, 9), round(i.low::numeric, 12)
       from (
           values
               ('welch_t', 2),
               ('delta_z', 2 - 2 / sqrt(198.0::float8) * perf.get_normal_quantile(0.975))
       ) as v (method, low)
       cross join perf.get_always_valid_interval(2, 2 / sqrt(198.0::float8), 1) as i $$,
    'nor need outcomes be 0 or 1'
);

select results_eq(
    $$ select c.difference, c.p_value, c.always_valid_low, c.chance_of_more
       from perf_internal.compare_ab_variants(
           100, 100, 1e8, null, null, 100, 100, 1e8 + 1, null, null, false, 1, 0.95
       ) as c $$,
    'values (1::float8, null::float8, null::float8, null::float8)',
    'only the difference is known where deviations are not'
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
