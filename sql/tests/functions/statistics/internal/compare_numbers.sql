begin;
select plan(24);

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
        (ones_a + 2 * twos_a) / (ones_a + twos_a)::float8,
        ones_a * twos_a / (ones_a + twos_a)::float8,
        ones_b * perf_internal.get_sketch_unit(0) + twos_b * perf_internal.get_sketch_unit(70),
        ones_b + twos_b,
        (ones_b + 2 * twos_b) / (ones_b + twos_b)::float8,
        ones_b * twos_b / (ones_b + twos_b)::float8,
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

-- The deviation of both is sqrt(25 / 198), so t is 0.5 * sqrt(198 / 25) * sqrt(50).
select results_eq(
    $$ select used_method, statistic, effect, counts
       from pg_temp.compare(100, 0, 50, 50, 'auto') $$,
    $$ values ('student_t', 9.9499, 0.5183, true) $$,
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

-- As many values of a mean and a deviation on either side, all in the bin of 293, or of b in three.
create function pg_temp.compare_narrow(
    n bigint, mean_a float8, deviation float8, mean_b float8, method text default 'auto',
    outer_share float8 default 0
)
returns table (
    used_method text, statistic numeric, p_value numeric, effect numeric, threshold numeric,
    counts boolean, note text
)
language sql
as $$
    select k.used_method, round(k.statistic::numeric, 4), round(k.p_value::numeric, 6),
        round(k.effect::numeric, 4), round(k.threshold::numeric, 4), k.counts, k.note
    from (select (n * outer_share / 2)::bigint as n_outer) as o
    cross join lateral perf_internal.compare_numbers(
        n * perf_internal.get_sketch_unit(571),
        n,
        mean_a,
        deviation ^ 2 * (n - 1),
        (n - 2 * o.n_outer) * perf_internal.get_sketch_unit(571)
            + o.n_outer * perf_internal.get_sketch_unit(570)
            + o.n_outer * perf_internal.get_sketch_unit(572),
        n,
        mean_b,
        deviation ^ 2 * (n - 1),
        method
    ) as k;
$$;

-- t = 0.5 * sqrt(50) with 198 degrees of freedom has 0.000507, and 2.2586 has 0.025. Two normal
-- distributions that are half a deviation apart differ by 2 * 0.5987 - 1.
select results_eq(
    $$ select * from pg_temp.compare_narrow(100, 293, 1, 293.5) $$,
    $$ values ('student_t', 3.5355, 0.001013, 0.1974, 2.2586, true, null) $$,
    'auto: a shift within a bin is found by the means; p is doubled, because Kolmogorov-Smirnov looked too'
);

select results_eq(
    $$ select used_method, counts, note from pg_temp.compare_narrow(100000, 293, 1, 293.05) $$,
    $$ values (
        'student_t', false,
        'Too small to matter: values moved by 0.050 standard deviations, and the Jensen-Shannon'
            || ' distance is 0.000. One of these must be at least 0.1.'
    ) $$,
    'auto: a twentieth of a deviation is too little, however many values there are'
);

select results_eq(
    $$ select used_method, statistic, counts
       from pg_temp.compare_narrow(100000, 293, 1, 293.05, 'kolmogorov_smirnov') $$,
    $$ values ('student_t', 11.1803, true) $$,
    'kolmogorov_smirnov looks at means too, and has no minimum effect'
);

select results_eq(
    $$ select used_method, statistic from pg_temp.compare_narrow(100, 293, 1, 293.5, 'wasserstein')
       union all
       select used_method, statistic from pg_temp.compare_narrow(100, 293, 1, 293.5, 'psi') $$,
    $$ values ('wasserstein', 0.0), ('psi', 0.0) $$,
    'other methods do not'
);

-- The distance 0.3 of 100 values has 0.000225. The threshold is sqrt(-ln(0.0125) / 100).
select results_eq(
    $$ select * from pg_temp.compare_narrow(100, 293, 1, 293, outer_share => 0.6) $$,
    $$ values ('kolmogorov_smirnov', 0.3, 0.000450, 0.3, 0.2093, true, null) $$,
    'auto: what bins show counts as well, at the same price'
);

select results_eq(
    $$ select k.used_method
       from unnest('{20.1,19.9,-20.1,0}'::float8[]) with ordinality as m (mean, position)
       cross join lateral pg_temp.compare_narrow(100, m.mean, 1, m.mean + 0.5) as k
       order by m.position $$,
    $$ values ('student_t'), ('kolmogorov_smirnov'), ('student_t'), ('kolmogorov_smirnov') $$,
    'means are compared where the deviation is below 0.05 of the mean'
);

select results_eq(
    $$ select used_method, p_value, effect, counts from pg_temp.compare_narrow(100, 293, 0, 293.01) $$,
    $$ values ('student_t', 0.000000, 1.0000, true) $$,
    'constants that differ are told apart'
);

select results_eq(
    $$ select p_value, effect, counts from pg_temp.compare_narrow(1000000, 293, 0, 293.0000000001)
       union all
       select p_value, effect, counts from pg_temp.compare_narrow(100, 1e9, 1e-3, 1e9 + 1) $$,
    $$ values (1.0, 0.0000, true), (1.0, 0.0004, true) $$,
    'a difference of rounding errors is none: no deviation counts as less than a millionth of the mean'
);

-- One value in a hundred of a is 10 off, by chance none of b: 0.1 deviations and t = 0.1 * sqrt(50).
-- Welch's t would be the difference over its error of 0.001: 100.
select results_eq(
    $$ select k.used_method, k.p_value > 0.5, k.counts
       from perf_internal.compare_numbers(
           1000000 * perf_internal.get_sketch_unit(694), 1000000, 1000.1, 0.99 * 1000000,
           100 * perf_internal.get_sketch_unit(694), 100, 1000, 0.01,
           'auto'
       ) as k $$,
    $$ values ('student_t', true, true) $$,
    'a small sample without the rare outliers of the other is no drift'
);

select results_eq(
    $$ select k.used_method, k.p_value, k.counts
       from perf_internal.compare_numbers(
           100 * perf_internal.get_sketch_unit(571), 100, 293, 99,
           100 * perf_internal.get_sketch_unit(571), 100, 294, null,
           'auto'
       ) as k $$,
    $$ values ('kolmogorov_smirnov', 1::float8, true) $$,
    'without sums of squares means are not compared'
);

-- 200 values each with a deviation of half their mean, all beyond the last bin, then all before the
-- first one. The error is 0.5 * sqrt(2 / 200) = 0.05 of the mean, which moves by half of it.
select results_eq(
    $$ select k.used_method, round(k.statistic::numeric, 6), k.p_value < 1e-9, k.counts
       from (values (2399, 1e12::float8), (-1389, 1e-8)) as v (bin, unit)
       cross join lateral perf_internal.compare_numbers(
           200 * perf_internal.get_sketch_unit(v.bin), 200, v.unit, 199 * (0.5 * v.unit) ^ 2,
           200 * perf_internal.get_sketch_unit(v.bin), 200, 1.5 * v.unit, 199 * (0.5 * v.unit) ^ 2,
           'auto'
       ) as k $$,
    $$ values ('student_t', 10.0, true, true), ('student_t', 10.0, true, true) $$,
    'values beyond the bins are compared by their means'
);

select results_eq(
    $$ select k.used_method, k.p_value, k.counts
       from perf_internal.compare_numbers(
           200 * perf_internal.get_sketch_unit(2399), 200, 1e12, 199 * (0.5 * 1e12) ^ 2,
           200 * perf_internal.get_sketch_unit(2399), 200, 1e12, 199 * (0.5 * 1e12) ^ 2,
           'auto'
       ) as k $$,
    $$ values ('kolmogorov_smirnov', 1::float8, true) $$,
    'and do not differ where those are equal'
);

select * from finish();
rollback;
