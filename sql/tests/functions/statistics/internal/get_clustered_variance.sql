begin;
select plan(6);

-- Three units with one outcome each, 1, 2 and 6: mean 3, m2 14, variance 7, of the mean 7 / 3.
select is(
    perf_internal.get_clustered_variance(3, 3, 3, 14, 0, 0, 0),
    7 / 3::float8,
    'is the variance over the number for units with one outcome'
);

-- Two units with the outcomes 1, 1 and 3, 3: mean 2, m2 4, and two pairs of a sum of 2 and 6 and a
-- product of 1 and 9. The sums differ from 2 * mean by -2 and 2: 8 * 2 / 1 / 4^2 = 1.
select is(
    perf_internal.get_clustered_variance(2, 4, 2, 4, 2, 8, 10),
    1::float8,
    'of units with two equal outcomes is that of two outcomes'
);

-- Two units with 1, 3 and 3, 1: their sums are alike.
select is(
    perf_internal.get_clustered_variance(2, 4, 2, 4, 2, 8, 6),
    0::float8,
    'is 0 where the means of units are alike'
);

select is(
    perf_internal.get_clustered_variance(1, 2, 2, 2, 1, 4, 3), null, 'is null for one unit'
);

-- Two units with 1e8 - 1 and 1e8 + 1: the products over pairs are of 1e16, a digit of them is 2.
select is(
    perf_internal.get_clustered_variance(2, 4, 1e8, 4, 2, 4e8, 2 * (1e16 - 1)),
    null,
    'is not known where only rounding errors are left'
);

select is(
    perf_internal.get_clustered_variance(2, 4, 3, null, 2, 4, 3),
    null,
    'nor without a sum of squared deviations'
);

select * from finish();
rollback;
