-- The method follows from the data. Units with one outcome each are independent: the pooled z test
-- where all outcomes are 0 or 1, else Welch's. Outcomes of one unit are not, so the delta method
-- takes units as they are.
--
-- The always-valid test holds for large samples, but begins early, when variances are hardly known
-- (asymptotic confidence sequences: Waudby-Smith et al., Annals of Statistics 52 (2024) 2613-2640).
-- With the sum of both variances it errs in a third of all tests of an event of 1 % where one unit
-- of ten gets B, because a variant without any event seems to vary by nothing. So it takes the
-- larger of this sum and of what it is if both variants vary alike, and needs 30 units in each.
-- Both are right without a difference, and benchmarks/experiments.py has the figures.
--
-- Of outcomes of 0 and 1 the always-valid test takes the variance as if each variant had two units
-- more that succeed and two that fail (Agresti and Coull, American Statistician 52 (1998) 119-126).
-- Without them a rate of which no event is seen yet would be known to the last digit. Of 0 alone
-- nobody knows that they are rates: a metric of money can be 0 for long. So that needs a 1, or
-- is_binary.
--
-- Where both variants vary by nothing but differ, the standard error is that of both together:
-- the pooled variance with the difference of the means in it.
create or replace function perf_internal.compare_ab_variants(
    units_a bigint,
    outcomes_a bigint,
    mean_a double precision,
    m2_a double precision,
    variance_a double precision,
    units_b bigint,
    outcomes_b bigint,
    mean_b double precision,
    m2_b double precision,
    variance_b double precision,
    are_rates boolean,
    minimum_effect double precision,
    confidence double precision,
    is_binary boolean default false,
    out method text,
    out difference double precision,
    out low double precision,
    out high double precision,
    out p_value double precision,
    out always_valid_low double precision,
    out always_valid_high double precision,
    out always_valid_p_value double precision,
    out chance_of_more double precision
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    a_units double precision := compare_ab_variants.units_a;
    b_units double precision := compare_ab_variants.units_b;
    v_error double precision;
    v_added double precision := 0;
    v_reach double precision;
begin
    method := case
        when compare_ab_variants.units_a < compare_ab_variants.outcomes_a
            or compare_ab_variants.units_b < compare_ab_variants.outcomes_b then 'delta_z'
        when compare_ab_variants.are_rates then 'proportions_z'
        else 'welch_t'
    end;
    difference := compare_ab_variants.mean_b - compare_ab_variants.mean_a;
    if difference is null then
        method := null;
        return;
    end if;
    v_error := sqrt(compare_ab_variants.variance_a + compare_ab_variants.variance_b);
    if v_error = 0 and difference <> 0 then
        v_error := abs(difference) / sqrt(a_units + b_units - 2);
    end if;
    if compare_ab_variants.are_rates
        and (
            compare_ab_variants.is_binary
            or compare_ab_variants.mean_a > 0
            or compare_ab_variants.mean_b > 0
        )
    then
        v_added := 2;
    end if;
    if method = 'proportions_z' then
        select t.low, t.high, t.p_value
        into low, high, p_value
        from perf.get_proportion_test(
            round(compare_ab_variants.mean_a * a_units)::bigint,
            compare_ab_variants.units_a,
            round(compare_ab_variants.mean_b * b_units)::bigint,
            compare_ab_variants.units_b,
            compare_ab_variants.confidence
        ) as t;
    elsif method = 'welch_t' then
        select t.low, t.high, t.p_value
        into low, high, p_value
        from perf_internal.compare_means(
            compare_ab_variants.units_a,
            compare_ab_variants.mean_a,
            compare_ab_variants.m2_a,
            compare_ab_variants.units_b,
            compare_ab_variants.mean_b,
            compare_ab_variants.m2_b,
            compare_ab_variants.confidence
        ) as t;
    elsif v_error > 0 then
        v_reach := v_error
            * perf.get_normal_quantile((1 + compare_ab_variants.confidence) / 2);
        low := difference - v_reach;
        high := difference + v_reach;
        p_value := 2 * perf.get_normal_probability(-abs(difference / v_error));
    end if;
    if v_error > 0 then
        chance_of_more := perf.get_normal_probability(
            difference / case
                -- With the variance of a rate, p * (1 - p) / n.
                when method = 'proportions_z'
                    and greatest(
                        compare_ab_variants.variance_a, compare_ab_variants.variance_b
                    ) > 0
                then sqrt(
                    compare_ab_variants.variance_a * (a_units - 1) / a_units
                    + compare_ab_variants.variance_b * (b_units - 1) / b_units
                )
                else v_error
            end
        );
    end if;
    if v_error is null
        or least(a_units, b_units) < 30
        or compare_ab_variants.minimum_effect is null
    then
        return;
    end if;
    if v_added > 0
        or greatest(compare_ab_variants.variance_a, compare_ab_variants.variance_b) > 0
    then
        v_error := sqrt(
            greatest(
                compare_ab_variants.variance_a + v_added / (a_units * (a_units - 1))
                + compare_ab_variants.variance_b + v_added / (b_units * (b_units - 1)),
                (
                    (a_units - 1) * a_units * compare_ab_variants.variance_a
                    + (b_units - 1) * b_units * compare_ab_variants.variance_b
                )
                / (a_units + b_units - 2)
                * (1 / a_units + 1 / b_units)
            )
        );
    end if;
    if v_error = 0 then
        return;
    end if;
    select i.low, i.high
    into always_valid_low, always_valid_high
    from perf.get_always_valid_interval(
        difference, v_error, compare_ab_variants.minimum_effect, compare_ab_variants.confidence
    ) as i;
    always_valid_p_value := perf.get_always_valid_probability(
        difference, v_error, compare_ab_variants.minimum_effect
    );
end
$$;

comment on function perf_internal.compare_ab_variants is
    'Compares the mean of B with that of A, of units, outcomes, mean, sum of squared deviations and variance of the mean (get_clustered_variance) of each: fixed-horizon test (method proportions_z where are_rates, welch_t, delta_z where units have several outcomes), always-valid interval and p value (30 units or more in each variant and a minimum_effect), and chance_of_more, the probability that the mean of B is higher (flat prior). Where neither variant varies but they differ, the standard error is that of both together. Null where all outcomes are equal; but the always-valid test takes are_rates with a 1, or is_binary (the metric can only be 0 or 1), to have two successes and two failures more in each variant.';

revoke execute on function perf_internal.compare_ab_variants from public;
grant execute on function perf_internal.compare_ab_variants
    to authenticated, service_role, perf_admin, perf_analyst;
