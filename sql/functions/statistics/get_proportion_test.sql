-- z as in Fleiss, Statistical Methods for Rates and Proportions (1981), section 2.2, without
-- continuity correction. The interval is method 10 of Newcombe, Statistics in Medicine 17 (1998)
-- 873-890: it stays within -1 and 1 and has a width where all or none succeed. So it can hold 0
-- where p_value is just below 1 - confidence, and the other way round.
create or replace function perf.get_proportion_test(
    successes_a bigint,
    trials_a bigint,
    successes_b bigint,
    trials_b bigint,
    confidence double precision default 0.95,
    out difference double precision,
    out low double precision,
    out high double precision,
    out z double precision,
    out p_value double precision
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    k_a double precision := get_proportion_test.successes_a;
    n_a double precision := get_proportion_test.trials_a;
    k_b double precision := get_proportion_test.successes_b;
    n_b double precision := get_proportion_test.trials_b;
    v_pooled double precision;
begin
    if k_a < 0 or k_a > n_a or k_b < 0 or k_b > n_b or least(n_a, n_b) < 0 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'successes must be between 0 and trials, got %s of %s and %s of %s',
                get_proportion_test.successes_a, get_proportion_test.trials_a,
                get_proportion_test.successes_b, get_proportion_test.trials_b
            );
    elsif (get_proportion_test.confidence > 0 and get_proportion_test.confidence < 1) is not true
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'confidence must be between 0 and 1, both excluded, got '
                || coalesce(get_proportion_test.confidence::text, 'null');
    elsif (k_a is not null and k_b is not null and n_a > 0 and n_b > 0) is not true then
        return;
    end if;
    -- As one quotient, so that equal rates have no difference.
    difference := (k_b * n_a - k_a * n_b) / n_a / n_b;
    select i.low, i.high
    into low, high
    from perf.get_wilson_interval(
        get_proportion_test.successes_a,
        get_proportion_test.trials_a,
        get_proportion_test.confidence
    ) as a
    cross join perf.get_wilson_interval(
        get_proportion_test.successes_b,
        get_proportion_test.trials_b,
        get_proportion_test.confidence
    ) as b
    cross join lateral perf.get_difference_interval(
        k_a / n_a, a.low, a.high, k_b / n_b, b.low, b.high
    ) as i;
    v_pooled := (k_a + k_b) / (n_a + n_b);
    z := case
        when difference = 0 then 0
        else difference / sqrt(v_pooled * ((n_a - k_a + n_b - k_b) / (n_a + n_b)))
            / sqrt(1 / n_a + 1 / n_b)
    end;
    p_value := 2 * perf.get_normal_probability(-abs(z));
end
$$;

comment on function perf.get_proportion_test is
    'Whether two rates differ: difference is the rate of b less that of a, low and high its confidence interval (Newcombe''s hybrid score), z and p_value those of the two-sided test with the pooled rate. The normal distribution stands for the binomial: where fewer than about 5 succeed or fail p_value is rough. Where all or none succeed on both sides z is 0 and p_value 1. Null for no trials. Error 22023.';

revoke execute on function perf.get_proportion_test from public;
grant execute on function perf.get_proportion_test
    to authenticated, service_role, perf_admin, perf_analyst;
