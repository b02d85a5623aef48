-- Of a mean: the normal approximation, as NormalIndPower of statsmodels has it. Of a rate: the two
-- deviations of the pooled z test, the one without a difference and the one with it (Fleiss, Levin
-- and Paik, Statistical Methods for Rates and Proportions, 3rd edition, 2003, chapter 4), as
-- samplesize_proportions_2indep_onetail of statsmodels has them. The chance of a significant
-- difference in the wrong direction is left out.
--
-- The always-valid test needs the ratio c of effect and standard error for which c less the half
-- width of the interval at c is what the power needs. It may stop at any look before, so this is
-- more than it needs.
create or replace function perf.get_ab_sample_size(
    minimum_effect double precision default null,
    deviation double precision default null,
    rate double precision default null,
    power double precision default 0.8,
    confidence double precision default 0.95,
    traffic_split double precision default 0.5,
    units bigint default null,
    out units_a bigint,
    out units_b bigint,
    out total_units bigint,
    out always_valid_units bigint,
    out detectable_effect double precision,
    out always_valid_effect double precision
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_split double precision := get_ab_sample_size.traffic_split;
    v_error_z double precision;
    v_power_z double precision;
    v_ratio double precision;
    v_factor double precision;
    v_total double precision;
begin
    perform perf_internal.check_sample_size(
        get_ab_sample_size.minimum_effect,
        get_ab_sample_size.deviation,
        get_ab_sample_size.rate,
        get_ab_sample_size.power,
        get_ab_sample_size.confidence,
        v_split,
        get_ab_sample_size.units
    );
    v_error_z := perf.get_normal_quantile((1 + get_ab_sample_size.confidence) / 2);
    v_power_z := perf.get_normal_quantile(get_ab_sample_size.power);
    -- Each round brings the ratio nearer by a factor of 3 or more.
    v_ratio := v_error_z + v_power_z;
    for round in 1 .. 60 loop
        v_ratio := v_power_z + sqrt(
            (1 + 1 / v_ratio ^ 2)
            * (ln(1 + v_ratio ^ 2) - 2 * ln(1 - get_ab_sample_size.confidence))
        );
    end loop;
    v_factor := (v_ratio / (v_error_z + v_power_z)) ^ 2;
    if get_ab_sample_size.units is null then
        detectable_effect := get_ab_sample_size.minimum_effect;
        always_valid_effect := get_ab_sample_size.minimum_effect;
        -- Beyond these the answer is the same, and squares would be out of range.
        v_total := least(
            greatest(
                perf_internal.get_needed_distance(
                    detectable_effect, get_ab_sample_size.deviation, get_ab_sample_size.rate,
                    v_split, v_error_z, v_power_z
                ) / abs(detectable_effect),
                1e-9
            ),
            1e9
        ) ^ 2;
        if v_total * v_factor > 1e15 then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = format(
                    'minimum_effect is too small: it would need more than 1e15 units, got %s',
                    get_ab_sample_size.minimum_effect
                );
        end if;
        -- No less than 2 units in each, because one has no deviation.
        units_a := greatest(ceil(v_total * (1 - v_split)), 2);
        units_b := greatest(ceil(v_total * v_split), 2);
        total_units := units_a + units_b;
        always_valid_units := greatest(ceil(v_total * v_factor), total_units);
    else
        total_units := get_ab_sample_size.units;
        units_b := round(total_units * v_split);
        units_a := total_units - units_b;
        detectable_effect := perf_internal.get_detectable_effect(
            total_units, get_ab_sample_size.deviation, get_ab_sample_size.rate,
            v_split, v_error_z, v_power_z
        );
        always_valid_effect := perf_internal.get_detectable_effect(
            total_units / v_factor, get_ab_sample_size.deviation, get_ab_sample_size.rate,
            v_split, v_error_z, v_power_z
        );
    end if;
end
$$;

comment on function perf.get_ab_sample_size is
    'How many units an A/B test needs to find a difference of minimum_effect with probability power: units of A and B and their total for a test that is looked at once (NormalIndPower of statsmodels; of a rate the pooled z test), and always_valid_units for the always-valid test, looked at as often as you like: at most that, because it mostly ends before. With units instead of minimum_effect: the smallest difference that so many units find, by either test (null: no rate of B is far enough). deviation is that of a metric between units; give rate instead for what is 0 or 1. traffic_split is the share of B. The effect is that on the mean or the rate; negative for a fall. Error 22023.';

revoke execute on function perf.get_ab_sample_size from public;
grant execute on function perf.get_ab_sample_size
    to authenticated, service_role, perf_admin, perf_analyst;
