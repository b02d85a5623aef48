begin;
select plan(6);

-- The distance of one value u from the uniform distribution is the larger of u and 1 - u. Of n
-- values, those of 1 - 1/n or more have probability 2 (1 - d)^n.
select results_eq(
    $$ select perf_internal.get_kolmogorov_probability(c.d, c.n)
    from (values (1, 0.25::float8, 1), (2, 0.75, 1), (3, 0.5, 2), (4, 0.75, 4)) as c (position, d, n)
    order by c.position $$,
    $$ values (1::float8), (0.5), (0.5), (0.0078125) $$,
    'is what is worked out by hand'
);

-- Table 1 of Birnbaum, Journal of the American Statistical Association 47 (1952) 425-441: of 10
-- values 0.40925 has 5 %, of 100 values 0.13403.
select results_eq(
    $$ select round(perf_internal.get_kolmogorov_probability(c.d, c.n)::numeric, 4)
    from (values (1, 0.40925::float8, 10), (2, 0.13403, 100)) as c (position, d, n)
    order by c.position $$,
    $$ values (0.0500), (0.0500) $$,
    'is what the literature prints'
);

-- Twice the alternating sum of exp(-2 k^2 z^2), for z = 0.5, 1 and 2.
select results_eq(
    $$ select round(perf_internal.get_kolmogorov_probability(z / 1e5, 10000000000)::numeric, 4)
    from unnest('{0.5,1,2}'::float8[]) as z order by z $$,
    $$ values (0.9639), (0.2700), (0.0007) $$,
    'of many values it is Kolmogorov''s'
);

-- The formulas on both sides of 30, 140 and 1000 values agree.
select ok(
    (
        select bool_and(abs(l.p - l.next_p) < l.tolerance * l.p)
        from (
            select
                p.p,
                lead(p.p) over (partition by p.z, p.edge order by p.n) as next_p,
                1.0 / p.edge as tolerance
            from (
                select
                    z,
                    n / 10 * 10 as edge,
                    n,
                    perf_internal.get_kolmogorov_probability(z / sqrt(n), n) as p
                from unnest('{0.4,0.6,1,1.4,1.6,1.9,2.5}'::float8[]) as z
                cross join unnest('{30,31,140,141,1000,1001}'::integer[]) as n
            ) as p
        ) as l
        where l.next_p is not null
    ),
    'has no step where formulas change'
);

select results_eq(
    $$ select perf_internal.get_kolmogorov_probability(0, 5), perf_internal.get_kolmogorov_probability(1, 5) $$,
    $$ values (1::float8, 0::float8) $$,
    'is 1 for no distance and 0 for the largest'
);

select results_eq(
    $$ select perf_internal.get_kolmogorov_probability(null, 5), perf_internal.get_kolmogorov_probability(0.5, null) $$,
    $$ values (null::float8, null::float8) $$,
    'null says nothing'
);

select * from finish();
rollback;
