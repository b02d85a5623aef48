-- The mixture sequential probability ratio test of Johari, Koomen, Pekelis and Walsh, Operations
-- Research 70 (2022) 1806-1821: the p value is one over the likelihood ratio of the mixture.
create or replace function perf.get_always_valid_probability(
    difference double precision,
    standard_error double precision,
    minimum_effect double precision
)
returns double precision
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_ratio double precision;
    v_distance double precision;
    v_exponent double precision;
begin
    perform perf_internal.check_always_valid(
        get_always_valid_probability.difference,
        get_always_valid_probability.standard_error,
        get_always_valid_probability.minimum_effect
    );
    -- least() and greatest() leave out null.
    if num_nulls(
        get_always_valid_probability.difference,
        get_always_valid_probability.standard_error,
        get_always_valid_probability.minimum_effect
    ) > 0 then
        return null;
    end if;
    -- Beyond these it makes no difference, and squares would be out of range.
    v_ratio := least(
        greatest(
            get_always_valid_probability.minimum_effect
                / get_always_valid_probability.standard_error,
            1e-50
        ),
        1e50
    ) ^ 2;
    v_distance := case
        when abs(get_always_valid_probability.difference) < 1e-150 then 0
        else least(
            abs(get_always_valid_probability.difference)
                / get_always_valid_probability.standard_error,
            1e50
        )
    end;
    v_exponent := 0.5 * ln(1 + v_ratio)
        - case when v_distance < 1e-50 then 0 else v_distance ^ 2 end
        / 2 * (v_ratio / (1 + v_ratio));
    return case
        when v_exponent >= 0 then 1
        -- exp() refuses to return what is too small for double precision.
        when v_exponent < -700 then 0
        else exp(v_exponent)
    end;
end
$$;

comment on function perf.get_always_valid_probability is
    'p value of a difference that may be looked at as often as you like (normal mixture; Johari et al. 2022): without a difference, the chance that any look has a value of at most 0.05 is at most 5 %. It is below 1 - confidence where the interval of perf.get_always_valid_interval() excludes 0; below 1e-304 it is 0. Null if an argument is null. Error 22023.';

revoke execute on function perf.get_always_valid_probability from public;
grant execute on function perf.get_always_valid_probability
    to authenticated, service_role, perf_admin, perf_analyst;
