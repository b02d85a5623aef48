begin;
select plan(2);

-- With alpha 2 and beta 3 the density of the logarithm of the odds is 12 x^2 (1 - x)^3, and the
-- probability of less than 0.4 is 0.5248.
select is(
    (
        select array[
            round(exp(t.log_density)::numeric, 12),
            round((t.fraction * exp(t.log_density))::numeric, 12)
        ]
        from perf_internal.get_beta_tail(2, 3, 0.4, 0.6) as t
    ),
    array[0.414720000000, 0.524800000000],
    'knows the density and the tail'
);
select is(
    (select t.log_density from perf_internal.get_beta_tail(2, 3, null, 1) as t),
    null,
    'null gives null'
);

select * from finish();
rollback;
