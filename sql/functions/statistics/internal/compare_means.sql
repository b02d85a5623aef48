-- Welch, Biometrika 34 (1947) 28-35; degrees of freedom by Satterthwaite, Biometrics Bulletin 2 (1946)
-- 110-114. Variances are taken relative to the larger one, because PostgreSQL refuses to round a
-- square to 0 or to infinity.
create or replace function perf_internal.compare_means(
    count_a bigint,
    mean_a double precision,
    m2_a double precision,
    count_b bigint,
    mean_b double precision,
    m2_b double precision,
    confidence double precision default 0.95,
    out difference double precision,
    out low double precision,
    out high double precision,
    out t double precision,
    out degrees_of_freedom double precision,
    out p_value double precision
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    n_a double precision := compare_means.count_a;
    n_b double precision := compare_means.count_b;
    v_scale double precision := sqrt(greatest(compare_means.m2_a, compare_means.m2_b));
    -- The variances of the two means, relative to the square of v_scale.
    v_a double precision;
    v_b double precision;
    v_error double precision;
begin
    -- PostgreSQL sorts NaN above every number.
    if (compare_means.confidence > 0 and compare_means.confidence < 1) is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'confidence must be between 0 and 1, both excluded, got '
                || coalesce(compare_means.confidence::text, 'null');
    elsif greatest(abs(compare_means.mean_a), abs(compare_means.mean_b)) > 1e150
        or least(compare_means.m2_a, compare_means.m2_b) < 0
        or greatest(compare_means.m2_a, compare_means.m2_b) > 1e300
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'means must be numbers of at most 1e150, m2 at least 0 and at most 1e300,'
                    || ' got means %s and %s, m2 %s and %s',
                coalesce(compare_means.mean_a::text, 'null'),
                coalesce(compare_means.mean_b::text, 'null'),
                coalesce(compare_means.m2_a::text, 'null'),
                coalesce(compare_means.m2_b::text, 'null')
            );
    elsif (n_a >= 1 and n_b >= 1) is not true then
        return;
    end if;
    difference := compare_means.mean_b - compare_means.mean_a;
    if (n_a >= 2 and n_b >= 2 and compare_means.m2_a >= 0 and compare_means.m2_b >= 0) is not true
    then
        return;
    elsif v_scale = 0 then
        low := difference;
        high := difference;
        p_value := case when difference = 0 then 1 else 0 end;
        return;
    end if;
    v_a := greatest(sqrt(compare_means.m2_a) / v_scale, 1e-50) ^ 2 / (n_a - 1) / n_a;
    v_b := greatest(sqrt(compare_means.m2_b) / v_scale, 1e-50) ^ 2 / (n_b - 1) / n_b;
    v_error := v_scale * sqrt(v_a + v_b);
    degrees_of_freedom := (v_a + v_b) ^ 2 / (v_a ^ 2 / (n_a - 1) + v_b ^ 2 / (n_b - 1));
    -- Out of the range of double precision t is as large or as small as tells the same.
    t := case
        when difference = 0 then 0
        when abs(ln(abs(difference)) - ln(v_error)) > 230
        then sign(difference) * exp(230 * sign(ln(abs(difference)) - ln(v_error)))
        else difference / v_error
    end;
    low := difference
        - perf.get_student_t_quantile((1 + compare_means.confidence) / 2, degrees_of_freedom) * v_error;
    high := difference + (difference - low);
    p_value := 2 * perf.get_student_t_probability(-abs(t), degrees_of_freedom);
end
$$;

comment on function perf_internal.compare_means is
    'Welch''s t test of two samples given by their numbers of values, means and m2 (sums of squared differences from the mean): difference is mean b less mean a, low and high its confidence interval, p_value two-sided. With fewer than 2 values on a side only difference is given, and with none nothing. Where all values of each side are equal, low and high are the difference, t and degrees_of_freedom null, and p_value is 1 for no difference, else 0. Error 22023.';

revoke execute on function perf_internal.compare_means from public;
grant execute on function perf_internal.compare_means
    to authenticated, service_role, perf_admin, perf_analyst;
