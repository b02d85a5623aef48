create or replace function perf.get_chi_square_quantile(
    p double precision,
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
    if get_chi_square_quantile.p <= 0 or get_chi_square_quantile.p >= 1
        or get_chi_square_quantile.degrees_of_freedom not between 0.1 and 1e10
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'p must be between 0 and 1, both excluded, and degrees_of_freedom from 0.1 to 1e10,'
                    || ' got %s and %s',
                get_chi_square_quantile.p, get_chi_square_quantile.degrees_of_freedom
            );
    end if;
    return get_chi_square_quantile.degrees_of_freedom * perf_internal.get_exponential(
        perf_internal.get_odds_quantile(
            get_chi_square_quantile.degrees_of_freedom / 2,
            1e40,
            get_chi_square_quantile.p,
            get_chi_square_quantile.is_upper
        )
    );
end
$$;

comment on function perf.get_chi_square_quantile is
    'The value below which a chi-square variable lies with probability p, or with is_upper above which it lies. A quantile below 1e-300 is 0. Error 22023: p not between 0 and 1, or degrees_of_freedom not from 0.1 to 1e10.';

revoke execute on function perf.get_chi_square_quantile from public;
grant execute on function perf.get_chi_square_quantile
    to authenticated, service_role, perf_admin, perf_analyst;
