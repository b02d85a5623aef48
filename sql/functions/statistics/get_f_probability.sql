create or replace function perf.get_f_probability(
    value double precision,
    numerator_freedom double precision,
    denominator_freedom double precision,
    is_upper boolean default false
)
returns double precision
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    -- PostgreSQL sorts NaN above every number.
    if get_f_probability.value = 'NaN'
        or get_f_probability.numerator_freedom not between 0.1 and 1e10
        or get_f_probability.denominator_freedom not between 0.1 and 1e10
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'value must be a number, numerator_freedom and denominator_freedom from 0.1 to'
                    || ' 1e10, got %s, %s and %s',
                get_f_probability.value, get_f_probability.numerator_freedom,
                get_f_probability.denominator_freedom
            );
    elsif get_f_probability.value <= 0 or get_f_probability.value = 'Infinity' then
        return case
            when get_f_probability.is_upper = (get_f_probability.value <= 0) then 1 else 0
        end;
    end if;
    return perf_internal.get_odds_probability(
        get_f_probability.numerator_freedom / 2,
        get_f_probability.denominator_freedom / 2,
        ln(get_f_probability.value),
        get_f_probability.is_upper
    );
end
$$;

comment on function perf.get_f_probability is
    'The probability that a variable of the F distribution is at most value, or with is_upper that it is above it, each with all digits of a small probability. Degrees of freedom need not be whole. Error 22023: NaN, or degrees of freedom not from 0.1 to 1e10.';

revoke execute on function perf.get_f_probability from public;
grant execute on function perf.get_f_probability
    to authenticated, service_role, perf_admin, perf_analyst;
