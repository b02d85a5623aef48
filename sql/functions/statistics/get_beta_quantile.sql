create or replace function perf.get_beta_quantile(
    p double precision,
    alpha double precision,
    beta double precision,
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
    v_log_odds double precision;
    v_odds double precision;
begin
    if get_beta_quantile.p <= 0 or get_beta_quantile.p >= 1
        or get_beta_quantile.alpha not between 0.05 and 1e10
        or get_beta_quantile.beta not between 0.05 and 1e10
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'p must be between 0 and 1, both excluded, alpha and beta from 0.05 to 1e10,'
                    || ' got %s, %s and %s',
                get_beta_quantile.p, get_beta_quantile.alpha, get_beta_quantile.beta
            );
    end if;
    v_log_odds := perf_internal.get_odds_quantile(
        get_beta_quantile.alpha, get_beta_quantile.beta, get_beta_quantile.p,
        get_beta_quantile.is_upper
    ) + ln(get_beta_quantile.alpha / get_beta_quantile.beta);
    v_odds := perf_internal.get_exponential(-abs(v_log_odds));
    return case when v_log_odds > 0 then 1 else v_odds end / (1 + v_odds);
end
$$;

comment on function perf.get_beta_quantile is
    'The value below which a beta variable lies with probability p, or with is_upper above which it lies. A quantile below 1e-300 is 0; one nearer to 1 than a double precision can be is 1. Error 22023: p not between 0 and 1, or alpha or beta not from 0.05 to 1e10.';

revoke execute on function perf.get_beta_quantile from public;
grant execute on function perf.get_beta_quantile
    to authenticated, service_role, perf_admin, perf_analyst;
