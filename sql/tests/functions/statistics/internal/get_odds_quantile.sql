begin;
select plan(3);

-- With alpha and beta 1 the odds are p / (1 - p).
select is_empty(
    $$ select u.p
       from unnest('{1e-300,0.01,0.3,0.7,0.99}'::float8[]) as u (p)
       where abs(perf_internal.get_odds_quantile(1, 1, u.p, false) - ln(u.p / (1 - u.p))) > 1e-12
           or abs(perf_internal.get_odds_quantile(1, 1, u.p, true) + ln(u.p / (1 - u.p))) > 1e-12 $$,
    'agrees with the closed form'
);
-- (x / alpha) ^ alpha is the tail of a gamma variable of small shape, but for a factor near 1.
select is(
    round(perf_internal.get_odds_quantile(0.05, 1e40, 1e-300, false)::numeric / 1e4, 2),
    -1.38,
    'goes on where no double precision holds the odds'
);
select is(perf_internal.get_odds_quantile(1, 1, null, false), null, 'null gives null');

select * from finish();
rollback;
