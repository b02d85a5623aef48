begin;
select plan(3);

-- With alpha and beta 1 a beta variable is at most x with probability x, and its odds are
-- x / (1 - x).
select is_empty(
    $$ select c.*, perf_internal.get_odds_probability(c.alpha, c.beta, c.log_odds, c.is_upper)
       from (
           values
               (1::float8, 1::float8, 0::float8, false, 0.5::float8),
               (1, 1, ln(3), false, 0.75),
               (1, 1, ln(3), true, 0.25),
               (1, 1, -600, false, exp(-600::float8)),
               (1, 1, 600, true, exp(-600::float8)),
               (2, 1, -300, false, 4 * exp(-600::float8))
       ) as c (alpha, beta, log_odds, is_upper, expected)
       where abs(perf_internal.get_odds_probability(c.alpha, c.beta, c.log_odds, c.is_upper) / c.expected - 1) > 1e-12 $$,
    'agrees with the closed forms'
);

select is(
    array[
        perf_internal.get_odds_probability(3, 2, -1e9, false),
        perf_internal.get_odds_probability(3, 2, -1e9, true),
        perf_internal.get_odds_probability(3, 2, 1e9, false),
        perf_internal.get_odds_probability(3, 2, 1e9, true)
    ],
    '{0,1,1,0}'::float8[],
    'knows how it goes on'
);
select is(perf_internal.get_odds_probability(3, 2, null, true), null, 'null gives null');

select * from finish();
rollback;
