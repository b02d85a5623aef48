-- Thousands of values make any difference significant. So method auto also wants a minimum effect:
-- a tenth of a standard deviation as the mean distance that values moved, or a Jensen-Shannon
-- distance of 0.1, which sees what a standard deviation hides that a few outliers inflate. Up to
-- 1,000 values a side this costs no power: hardly any smaller difference is significant there.
create or replace function perf_internal.compare_numbers(
    sketch_a numeric,
    count_a bigint,
    m2_a double precision,
    sketch_b numeric,
    count_b bigint,
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
begin
    k := perf_internal.compare_sketches(
        compare_numbers.sketch_a,
        compare_numbers.count_a,
        compare_numbers.sketch_b,
        compare_numbers.count_b
    );
    v_distance := k.wasserstein / nullif(
        sqrt(compare_numbers.m2_a / nullif(compare_numbers.count_a - 1, 0)), 0
    );
    effect := k.ks_distance;
    used_method := case
        when compare_numbers.method in ('psi', 'jensen_shannon', 'wasserstein')
            then compare_numbers.method
        else 'kolmogorov_smirnov'
    end;
    case used_method
        when 'psi' then
            statistic := k.psi;
            p_value := k.psi_p_value;
        when 'jensen_shannon' then
            statistic := k.js_distance;
            p_value := k.js_p_value;
        when 'wasserstein' then
            statistic := v_distance;
            p_value := k.ks_p_value;
        else
            statistic := k.ks_distance;
            p_value := k.ks_p_value;
            -- The first term of Kolmogorov's series; the others are below 1e-4 of it.
            threshold := sqrt(-ln(compare_numbers.alpha / 2) / (2 * v_scale));
    end case;
    -- Equal values have no deviation. Then any distance is more than any part of it.
    counts := compare_numbers.method <> 'auto'
        or coalesce(v_distance >= v_least, true)
        or k.js_distance >= v_least;
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
    'Whether two windows have the same values, of which each has a sketch and a count, and a (the reference) its sum of squared deviations. method is auto, kolmogorov_smirnov, psi, jensen_shannon or wasserstein; all else is auto without minimum effect. statistic is that of used_method: the Kolmogorov-Smirnov distance, the population stability index, the Jensen-Shannon distance, or the Wasserstein distance in standard deviations of a, whose p value is that of Kolmogorov-Smirnov. effect is the Kolmogorov-Smirnov distance, 0 to 1. threshold is the statistic with the p value alpha. counts says whether the difference is large enough for method auto; note says why not.';

revoke execute on function perf_internal.compare_numbers from public;
grant execute on function perf_internal.compare_numbers
    to authenticated, service_role, perf_admin, perf_analyst;
