create or replace function perf.get_chi_square_probability(
    value double precision,
    degrees_of_freedom double precision,
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
    if get_chi_square_probability.value = 'NaN'
        or get_chi_square_probability.degrees_of_freedom not between 0.1 and 1e10
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'value must be a number and degrees_of_freedom one from 0.1 to 1e10, got %s and %s',
                get_chi_square_probability.value, get_chi_square_probability.degrees_of_freedom
            );
    end if;
    return perf_internal.get_incomplete_gamma(
        get_chi_square_probability.degrees_of_freedom / 2,
        -- Half of the smallest numbers would be an error.
        case
            when get_chi_square_probability.value > 0
            then greatest(get_chi_square_probability.value, 1e-307) / 2
            else 0
        end,
        get_chi_square_probability.is_upper
    );
end
$$;

comment on function perf.get_chi_square_probability is
    'The probability that a chi-square variable is at most value, or with is_upper that it is above it, each with all digits of a small probability. degrees_of_freedom need not be whole. Error 22023: NaN, or degrees_of_freedom not from 0.1 to 1e10.';

revoke execute on function perf.get_chi_square_probability from public;
grant execute on function perf.get_chi_square_probability
    to authenticated, service_role, perf_admin, perf_analyst;
