begin;
select plan(12);

-- Ones and twos: the sketch of 1 is in bin 0, that of 2 in bin 70.
create function pg_temp.compare(
    ones_a bigint, twos_a bigint, ones_b bigint, twos_b bigint, method text
)
returns table (
    used_method text, statistic numeric, p_value numeric, effect numeric, threshold numeric,
    counts boolean, note text
)
language sql
as $$
    select k.used_method, round(k.statistic::numeric, 4), round(k.p_value::numeric, 4),
        round(k.effect::numeric, 4), round(k.threshold::numeric, 4), k.counts, k.note
    from perf_internal.compare_numbers(
        ones_a * perf_internal.get_sketch_unit(0) + twos_a * perf_internal.get_sketch_unit(70),
        ones_a + twos_a,
        ones_a * twos_a / (ones_a + twos_a)::float8,
        ones_b * perf_internal.get_sketch_unit(0) + twos_b * perf_internal.get_sketch_unit(70),
        ones_b + twos_b,
        method
    ) as k;
$$;

select results_eq(
    $$ select used_method, statistic, effect, threshold, counts, note
       from pg_temp.compare(50, 50, 30, 70, 'auto') $$,
    $$ values ('kolmogorov_smirnov', 0.2, 0.2, 0.1921, true, null) $$,
    'auto: a fifth has moved; the threshold is sqrt(-ln(0.025) / 100)'
);

select is(
    (select k.p_value from pg_temp.compare(50, 50, 30, 70, 'auto') as k),
    round(perf.get_kolmogorov_smirnov_probability(0.2, 100, 100)::numeric, 4),
    'the p value is that of Kolmogorov-Smirnov'
);

select results_eq(
    $$ select used_method, statistic, effect, threshold
       from pg_temp.compare(50, 50, 30, 70, 'wasserstein') $$,
    $$ values ('wasserstein', 0.3987, 0.2, null::numeric) $$,
    'wasserstein: a fifth moved by 1.0018 between the points of two bins, in deviations of 0.5025'
);

select results_eq(
    $$ select (pg_temp.compare(50, 50, 30, 70, 'wasserstein')).p_value $$,
    $$ select (pg_temp.compare(50, 50, 30, 70, 'auto')).p_value $$,
    'wasserstein: the p value is that of Kolmogorov-Smirnov'
);

select results_eq(
    $$ select used_method, statistic, p_value, effect, counts
       from pg_temp.compare(50, 50, 30, 70, 'psi') $$,
    $$ values ('psi', 0.1695, 0.0040, 0.2, true) $$,
    'psi is 0.2 ln(5 / 3) + 0.2 ln(7 / 5)'
);

select results_eq(
    $$ select used_method, statistic, p_value, effect, counts
       from pg_temp.compare(50, 50, 30, 70, 'jensen_shannon') $$,
    $$ values ('jensen_shannon', 0.1741, 0.0039, 0.2, true) $$,
    'jensen_shannon is the distance to the base 2'
);

select results_eq(
    $$ select used_method, statistic, p_value < 0.05, counts, note
       from pg_temp.compare(5000, 5000, 4800, 5200, 'auto') $$,
    $$ values (
        'kolmogorov_smirnov', 0.02, true, false,
        'Too small to matter: values moved by 0.040 standard deviations, and the Jensen-Shannon'
            || ' distance is 0.017. One of these must be at least 0.1.'
    ) $$,
    'auto: a fiftieth of the values is significant here, and too little'
);

select results_eq(
    $$ select used_method, statistic, counts, note
       from pg_temp.compare(5000, 5000, 4800, 5200, 'kolmogorov_smirnov') $$,
    $$ values ('kolmogorov_smirnov', 0.02, true, null) $$,
    'a named method has no minimum effect'
);

select results_eq(
    $$ select used_method, counts, note
       from pg_temp.compare(5000, 5000, 4400, 5600, 'auto') $$,
    $$ values ('kolmogorov_smirnov', true, null) $$,
    'auto: a tenth of a standard deviation is enough'
);

select results_eq(
    $$ select used_method, statistic, effect, counts
       from pg_temp.compare(100, 0, 50, 50, 'auto') $$,
    $$ values ('kolmogorov_smirnov', 0.5, 0.5, true) $$,
    'a reference of equal values has no deviation, so any distance is enough'
);

select results_eq(
    $$ select statistic, p_value, effect from pg_temp.compare(100, 100, 50, 50, 'auto') $$,
    $$ values (0.0, 1.0, 0.0) $$,
    'equal distributions are no difference'
);

select results_eq(
    $$ select used_method from pg_temp.compare(50, 50, 30, 70, 'chi_square') $$,
    $$ values ('kolmogorov_smirnov') $$,
    'chi_square is not for numbers'
);

select * from finish();
rollback;
