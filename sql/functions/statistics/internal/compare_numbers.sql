-- Thousands of values make any difference significant. So method auto also wants a minimum effect:
-- a tenth of a standard deviation as the mean distance that values moved, or a Jensen-Shannon
-- distance of 0.1, which sees what a standard deviation hides that a few outliers inflate. Up to
-- 1,000 values a side this costs no power: hardly any smaller difference is significant there.
-- Bins of 1 % hide a shift of values that hardly vary around a large number, and values beyond the last
-- bin. The moments do not. So where the deviation is below five bins, or values are beyond the bins,
-- Student's t test looks too, and the smaller p value counts twice (Bonferroni). One of two samples of 1000 that moved by 0.2 deviations passes the correction
-- for 50 tests: of normal values that have 0.1, 1 and 5 deviations a bin, Kolmogorov-Smirnov finds 3 %,
-- 40 % and 52 %, and both find 81 to 85 %.
-- The error of the difference is the larger of Student's (one variance) and Welch's (two). Where a few
-- values are far out, a small sample has none of them or too many by chance. Welch trusts the former
-- too much, Student the latter: of 50 features with the tails of Student's t with 3 degrees of freedom
-- or with 1 % outliers, 100 values against 10,000, Student alone finds drift in up to 19 % of all checks.
-- Sums of squares lose their digits beside a large mean: of a million deviations at most 2 % where 50,000
-- batches are added up, of ten millions all. So no deviation counts as less than a millionth of the
-- mean: what is narrower is compared as if it were wider, and smaller shifts are not seen.
-- The spread has no such test. The F test finds false drift in a fifth of all samples that have the
-- tails of Laplace's distribution, however many values they have.
create or replace function perf_internal.compare_numbers(
    sketch_a numeric,
    count_a bigint,
    mean_a double precision,
    m2_a double precision,
    sketch_b numeric,
    count_b bigint,
    mean_b double precision,
    m2_b double precision,
    method text,
    alpha double precision default 0.05,
    out used_method text,
    out statistic double precision,
    out p_value double precision,
    out effect double precision,
    out threshold double precision,
    out counts boolean,
    out note text
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    k record;
    v_distance double precision;
    v_scale double precision := 1 / (
        1 / compare_numbers.count_a::float8 + 1 / compare_numbers.count_b::float8
    );
    v_least constant double precision := 0.1;
    v_is_named boolean := compare_numbers.method in ('psi', 'jensen_shannon', 'wasserstein');
    v_deviation double precision := sqrt(
        compare_numbers.m2_a / nullif(compare_numbers.count_a - 1, 0)
    );
    v_square_a double precision := compare_numbers.mean_a ^ 2
        + compare_numbers.m2_a / compare_numbers.count_a;
    v_square_b double precision := compare_numbers.mean_b ^ 2
        + compare_numbers.m2_b / compare_numbers.count_b;
    -- Below five bins of 1 %, or beyond the first or the last bin.
    v_is_narrow boolean := coalesce(
        not v_is_named
            and (
                v_deviation < 0.05 * abs(compare_numbers.mean_a)
                or greatest(v_square_a, v_square_b) > 2.3e10 ^ 2
                or (
                    greatest(v_square_a, v_square_b) < 1e-6 ^ 2
                    and greatest(compare_numbers.m2_a, compare_numbers.m2_b) > 0
                )
            )
            and compare_numbers.m2_b >= 0
            and compare_numbers.count_b > 1,
        false
    );
    v_rounding double precision := 1e-6 * abs(compare_numbers.mean_a);
    -- Those of Satterthwaite for one variance: not far above the smaller sample, whose skewness counts.
    v_freedom double precision := 1 / (
        (v_scale / compare_numbers.count_a) ^ 2 / nullif(compare_numbers.count_a - 1, 0)
        + (v_scale / compare_numbers.count_b) ^ 2 / nullif(compare_numbers.count_b - 1, 0)
    );
    v_error double precision;
    v_t double precision;
    v_t_p_value double precision;
begin
    k := perf_internal.compare_sketches(
        compare_numbers.sketch_a,
        compare_numbers.count_a,
        compare_numbers.sketch_b,
        compare_numbers.count_b,
        ks_only => not v_is_named
    );
    used_method := case when v_is_named then compare_numbers.method else 'kolmogorov_smirnov' end;
    effect := k.ks_distance;
    case used_method
        when 'psi' then
            statistic := k.psi;
            p_value := k.psi_p_value;
        when 'jensen_shannon' then
            statistic := k.js_distance;
            p_value := k.js_p_value;
        when 'wasserstein' then
            statistic := k.wasserstein / nullif(v_deviation, 0);
            p_value := k.ks_p_value;
        else
            statistic := k.ks_distance;
            p_value := k.ks_p_value;
            -- The first term of Kolmogorov's series; the others are below 1e-4 of it.
            threshold := sqrt(-ln(compare_numbers.alpha / 2) / (2 * v_scale));
    end case;
    if v_is_narrow then
        v_deviation := greatest(v_deviation, v_rounding);
        v_error := sqrt(
            greatest(
                (compare_numbers.m2_a + compare_numbers.m2_b)
                    / (compare_numbers.count_a + compare_numbers.count_b - 2) / v_scale,
                compare_numbers.m2_a / (compare_numbers.count_a - 1) / compare_numbers.count_a
                    + compare_numbers.m2_b / (compare_numbers.count_b - 1) / compare_numbers.count_b,
                v_rounding ^ 2 / v_scale
            )
        );
        v_t := (compare_numbers.mean_b - compare_numbers.mean_a) / v_error;
        v_t_p_value := 2 * perf.get_student_t_probability(-abs(v_t), v_freedom);
        if v_t_p_value < p_value then
            used_method := 'student_t';
            statistic := v_t;
            effect := 2 * perf.get_normal_probability(abs(v_t) / sqrt(v_scale) / 2) - 1;
            threshold := perf.get_student_t_quantile(1 - compare_numbers.alpha / 4, v_freedom);
        else
            threshold := sqrt(-ln(compare_numbers.alpha / 4) / (2 * v_scale));
        end if;
        p_value := least(2 * least(p_value, v_t_p_value), 1);
    end if;
    counts := true;
    if p_value > compare_numbers.alpha or compare_numbers.method <> 'auto' then
        return;
    end if;
    -- Values move at least as far as their mean, which saves a longer look at most drifts. Equal values
    -- have no deviation. Then any distance is more than any part of it.
    v_distance := abs(compare_numbers.mean_b - compare_numbers.mean_a) / nullif(v_deviation, 0);
    if coalesce(v_distance >= v_least, true) then
        return;
    end if;
    k := perf_internal.compare_sketches(
        compare_numbers.sketch_a,
        compare_numbers.count_a,
        compare_numbers.sketch_b,
        compare_numbers.count_b
    );
    if not v_is_narrow then
        v_distance := k.wasserstein / v_deviation;
    end if;
    counts := v_distance >= v_least or k.js_distance >= v_least;
    if not counts then
        note := format(
            'Too small to matter: values moved by %s standard deviations, and the Jensen-Shannon'
                || ' distance is %s. One of these must be at least %s.',
            round(v_distance::numeric, 3), round(k.js_distance::numeric, 3), v_least
        );
    end if;
end
$$;

comment on function perf_internal.compare_numbers is
    'Whether two windows have the same values, of which each has a sketch, a count, a mean and a sum of squared deviations. a is the reference. method is auto, kolmogorov_smirnov, psi, jensen_shannon or wasserstein; all else is auto without minimum effect. statistic is that of used_method: the Kolmogorov-Smirnov distance, the population stability index, the Jensen-Shannon distance, or the Wasserstein distance in standard deviations of a, whose p value is that of Kolmogorov-Smirnov. Where the deviation of a is below 0.05 of its mean, Kolmogorov-Smirnov and auto use the smaller p value of that and of Student''s t test, doubled; where it is that of the means, used_method is student_t and statistic is t. effect is the Kolmogorov-Smirnov distance, 0 to 1; of student_t it is that of two normal distributions with these means and this deviation. threshold is the statistic with the p value alpha. counts is false where the difference is significant alone, and too small for method auto; note says why.';

revoke execute on function perf_internal.compare_numbers from public;
grant execute on function perf_internal.compare_numbers
    to authenticated, service_role, perf_admin, perf_analyst;
