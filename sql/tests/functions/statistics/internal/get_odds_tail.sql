begin;
select plan(2);

-- With alpha and beta 1 the probability is x, and the density of the logarithm of the odds
-- x (1 - x).
select is(
    (
        select array[round(exp(t.log_probability)::numeric, 12), round(t.fraction::numeric, 12)]
        from perf_internal.get_odds_tail(1, 1, -ln(3::float8)) as t
    ),
    array[0.250000000000, 1.333333333333],
    'knows the tail, and it over the density'
);
select is(
    (
        select round((t.log_probability + 20000)::numeric, 6)
        from perf_internal.get_odds_tail(1, 1, -20000) as t
    ),
    0.000000,
    'goes on where no double precision holds the odds'
);

select * from finish();
rollback;
