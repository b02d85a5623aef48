create or replace function perf.get_f_quantile(
    p double precision,
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
declare
    v_quantile double precision;
begin
    if get_f_quantile.p <= 0 or get_f_quantile.p >= 1
        or get_f_quantile.numerator_freedom not between 0.1 and 1e10
        or get_f_quantile.denominator_freedom not between 0.1 and 1e10
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'p must be between 0 and 1, both excluded, numerator_freedom and'
                    || ' denominator_freedom from 0.1 to 1e10, got %s, %s and %s',
                get_f_quantile.p, get_f_quantile.numerator_freedom,
                get_f_quantile.denominator_freedom
            );
    end if;
    v_quantile := perf_internal.get_exponential(perf_internal.get_odds_quantile(
        get_f_quantile.numerator_freedom / 2,
        get_f_quantile.denominator_freedom / 2,
        get_f_quantile.p,
        get_f_quantile.is_upper
    ));
    if v_quantile = 'Infinity' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'the quantile of p %s with denominator_freedom %s is too large',
                get_f_quantile.p, get_f_quantile.denominator_freedom
            );
    end if;
    return v_quantile;
end
$$;

comment on function perf.get_f_quantile is
    'The value below which a variable of the F distribution lies with probability p, or with is_upper above which it lies. A quantile below 1e-300 is 0. Error 22023: p not between 0 and 1, degrees of freedom not from 0.1 to 1e10, or a quantile beyond 1e307.';

revoke execute on function perf.get_f_quantile from public;
grant execute on function perf.get_f_quantile
    to authenticated, service_role, perf_admin, perf_analyst;
