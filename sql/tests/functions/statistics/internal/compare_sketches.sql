begin;
select plan(14);

-- Values of about 1, half of which become 1.01^100 = 2.7048: the distributions are 1/2 apart between
-- these. All values of a are in the middle of it, so there are two groups, with 2 and 0, and 1 and 1
-- values: the index is 0.5 * ln(2) + 0.25 * ln(2), where the empty group has half a value of two, and
-- the Jensen-Shannon divergence 0.3113. Values move by 0.5 * 1.7048 * 2 / 2.01.
select results_eq(
    $$ select
        round(ks_distance::numeric, 4), round(psi::numeric, 4), round(js_distance::numeric, 4),
        round(wasserstein::numeric, 4)
    from perf_internal.compare_sketches(perf_internal.make_sketch('{0,0}'), 2, perf_internal.make_sketch('{0,100}'), 2) $$,
    $$ values (0.5000, 0.5199, 0.5579, 0.8482) $$,
    'is what is worked out by hand'
);

-- The variance is 1, and the pooled shares 3/4 and 1/4 make the correction 4/3 and 4 over 4, above
-- the largest of a quarter: 0.5199 / 1.25 = 0.4159 and 8 * 0.3113 * ln(2) / 1.125 = 1.5344, with one
-- degree of freedom. In all (4 over 2) orders the distance is at least 1/2.
select results_eq(
    $$ select round(ks_p_value::numeric, 4), round(psi_p_value::numeric, 4), round(js_p_value::numeric, 4)
    from perf_internal.compare_sketches(perf_internal.make_sketch('{0,0}'), 2, perf_internal.make_sketch('{0,100}'), 2) $$,
    $$ values (1.0000, 0.5190, 0.2155) $$,
    'probabilities follow from the distances'
);

select results_eq(
    $$ select c.*
    from (select perf_internal.make_sketch(array_agg(b)), count(*) from generate_series(-50, 50) as b) as s (sketch, n)
    cross join lateral perf_internal.compare_sketches(s.sketch, s.n, s.sketch, s.n) as c $$,
    $$ values (0::float8, 1::float8, 0::float8, 1::float8, 0::float8, 1::float8, 0::float8) $$,
    'the same sketch is not apart from itself'
);

-- Twenty bins with one value each are ten groups of two; of 20 values one group more has one in b.
select results_eq(
    $$ select round(c.psi::numeric, 4), round(c.ks_distance::numeric, 4)
    from (
        select
            perf_internal.make_sketch(array_agg(b)) as a,
            perf_internal.make_sketch(array_agg(case when b = 20 then 1 else b end)) as b
        from generate_series(1, 20) as b
    ) as s
    cross join lateral perf_internal.compare_sketches(s.a, 20, s.b, 20) as c $$,
    $$ values (0.0549, 0.0500) $$,
    'groups are the tenths of a'
);

-- Of the zeros of a half become about 1, which is 2 / 2.01.
select results_eq(
    $$ select ks_distance, round(js_distance::numeric, 4), round(wasserstein::numeric, 4)
    from perf_internal.compare_sketches(null, 4, perf_internal.make_sketch('{0,0}'), 4) $$,
    $$ values (0.5::float8, 0.5579, 0.4975) $$,
    'zeros have no bin and are counted'
);

select results_eq(
    $$ select * from perf_internal.compare_sketches(null, 5, 0, 7) $$,
    $$ values (0::float8, 1::float8, 0::float8, 1::float8, 0::float8, 1::float8, 0::float8) $$,
    'zeros only are not apart'
);

-- All of about -1 become about 1.
select results_eq(
    $$ select ks_distance, js_distance, round(wasserstein::numeric, 4)
    from perf_internal.compare_sketches(perf_internal.make_sketch('{-200000,-200000}'), 2, perf_internal.make_sketch('{0}'), 1) $$,
    $$ values (1::float8, 1::float8, 1.9900) $$,
    'values below 0 are below those above'
);

select results_eq(
    $$ select a.ks_distance = b.ks_distance and abs(a.wasserstein - b.wasserstein) < 1e-12
    from perf_internal.compare_sketches(perf_internal.make_sketch('{-200003,-200001,2}'), 4, perf_internal.make_sketch('{-200003,5}'), 2) as a
    cross join perf_internal.compare_sketches(perf_internal.make_sketch('{-200003,5}'), 2, perf_internal.make_sketch('{-200003,-200001,2}'), 4) as b $$,
    $$ values (true) $$,
    'distances are the same the other way round'
);

select results_eq(
    $$ select js_distance = 1 and psi > 0 from perf_internal.compare_sketches(perf_internal.make_sketch('{5,5}'), 2, perf_internal.make_sketch('{4,4}'), 2)
    union all select js_distance = 1 and psi > 0 from perf_internal.compare_sketches(perf_internal.make_sketch('{5,5}'), 2, perf_internal.make_sketch('{6,6}'), 2) $$,
    $$ values (true), (true) $$,
    'constants that differ by a bin are told apart, whichever is larger'
);

select results_eq(
    $$ select * from perf_internal.compare_sketches(null, 0, perf_internal.make_sketch('{6}'), 1)
    union all select * from perf_internal.compare_sketches(perf_internal.make_sketch('{6}'), 1, null, null) $$,
    $$ select null::float8, null::float8, null::float8, null::float8, null::float8, null::float8,
        null::float8
    from generate_series(1, 2) $$,
    'no values say nothing'
);

-- Of 10 values of a 4 are 0 and of b 1. Below 0 are 3 and 5 of them, up to 0 then 7 and 6.
select results_eq(
    $$ select c.*
    from perf_internal.compare_sketches(
        perf_internal.make_sketch('{-200000,-200000,-200000,5,5,5}'), 10,
        perf_internal.make_sketch('{-200000,-200000,-200000,-200000,-200000,5,5,5,5}'), 10,
        ks_only => true
    ) as c $$,
    $$ values (0.2::float8, perf.get_kolmogorov_smirnov_probability(0.2, 10, 10), null::float8,
        null::float8, null::float8, null::float8, null::float8) $$,
    'with ks_only only the distance of the distributions is worked out, zeros included'
);

select results_eq(
    $$ select c.ks_distance, c.psi
    from perf_internal.compare_sketches(
        100000000 * perf_internal.get_sketch_unit(3), 200000000,
        150000000 * perf_internal.get_sketch_unit(3), 200000000,
        ks_only => true
    ) as c $$,
    $$ values (0.25::float8, null::float8) $$,
    'with ks_only counts may be large'
);

select throws_ok(
    $$ select perf_internal.compare_sketches(-1, 1, perf_internal.make_sketch('{6}'), 1) $$,
    '22023',
    'sketch must be what perf_internal.make_sketch returns, got "-1"',
    'refuses what is no sketch'
);

select throws_ok(
    $$ select perf_internal.compare_sketches(perf_internal.make_sketch('{6}'), -1, perf_internal.make_sketch('{6}'), 1) $$,
    '22023',
    'value_count must be between 0 and 2^53, got -1',
    'refuses a count below 0'
);

select * from finish();
rollback;
