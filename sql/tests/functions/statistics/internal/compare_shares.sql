begin;
select plan(7);

select results_eq(
    $$ select method, round(statistic::numeric, 4), round(p_value::numeric, 4)
       from perf_internal.compare_shares(10, 100, 20, 100) $$,
    $$ values ('two_proportion', 1.9803, 0.0477) $$,
    'ten and twenty of a hundred: z is 0.1 / sqrt(0.15 * 0.85 * 2 / 100)'
);

select results_eq(
    $$ select method, statistic, round(p_value::numeric, 12)
       from perf_internal.compare_shares(0, 100, 4, 100) $$,
    $$ values ('binomial', 4::float8, 0.125) $$,
    'four rare ones are all on one of two equal sides in 2 of 16 cases'
);

select results_eq(
    $$ select method, statistic, round(p_value::numeric, 12)
       from perf_internal.compare_shares(4, 100, 0, 100) $$,
    $$ values ('binomial', 0::float8, 0.125) $$,
    'it is the same with the sides exchanged'
);

select results_eq(
    $$ select method, statistic, round(p_value::numeric, 12)
       from perf_internal.compare_shares(0, 900, 2, 100) $$,
    $$ values ('binomial', 2::float8, 0.02) $$,
    'two rare ones are both in a tenth of the trials in 1 of 100 cases, and twice the tail counts'
);

select results_eq(
    $$ select method, statistic, round(p_value::numeric, 12)
       from perf_internal.compare_shares(900, 900, 98, 100) $$,
    $$ values ('binomial', 98::float8, 0.02) $$,
    'where nearly all succeed, those that do not are counted'
);

select results_eq(
    $$ select p_value from perf_internal.compare_shares(0, 100, 0, 50)
       union all
       select p_value from perf_internal.compare_shares(100, 100, 50, 50)
       union all
       select p_value from perf_internal.compare_shares(1, 100, 1, 100) $$,
    $$ values (1::float8), (1), (1) $$,
    'equal shares have a p value of 1, also of none and of all'
);

select results_eq(
    $$ select method from perf_internal.compare_shares(5, 100, 5, 100)
       union all
       select method from perf_internal.compare_shares(5, 100, 4, 100) $$,
    $$ values ('two_proportion'), ('binomial') $$,
    'z is used from five expected in each cell on'
);

select * from finish();
rollback;
