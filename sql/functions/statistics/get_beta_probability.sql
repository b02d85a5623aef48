create or replace function perf.get_beta_probability(
    value double precision,
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
    v_ratio double precision;
begin
    -- PostgreSQL sorts NaN above every number.
    if get_beta_probability.value = 'NaN'
        or get_beta_probability.alpha not between 0.05 and 1e10
        or get_beta_probability.beta not between 0.05 and 1e10
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'value must be a number, alpha and beta from 0.05 to 1e10, got %s, %s and %s',
                get_beta_probability.value, get_beta_probability.alpha, get_beta_probability.beta
            );
    end if;
    if get_beta_probability.value <= 0 or get_beta_probability.value >= 1 then
        return case
            when get_beta_probability.is_upper = (get_beta_probability.value <= 0) then 1 else 0
        end;
    end if;
    v_ratio := get_beta_probability.beta / get_beta_probability.alpha
        / (1 - get_beta_probability.value);
    return perf_internal.get_odds_probability(
        get_beta_probability.alpha,
        get_beta_probability.beta,
        case
            when get_beta_probability.value < 1e-200
            then ln(get_beta_probability.value) + ln(v_ratio)
            else ln(get_beta_probability.value * v_ratio)
        end,
        get_beta_probability.is_upper
    );
end
$$;

comment on function perf.get_beta_probability is
    'The probability that a beta variable is at most value, or with is_upper that it is above it, each with all digits of a small probability. Error 22023: NaN, or alpha or beta not from 0.05 to 1e10.';

revoke execute on function perf.get_beta_probability from public;
grant execute on function perf.get_beta_probability
    to authenticated, service_role, perf_admin, perf_analyst;
