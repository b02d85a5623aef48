-- A beta variable x has odds x / (1 - x). Times beta / alpha they are a variable of the F
-- distribution, and for infinite beta one of the gamma distribution. Odds keep the digits of values
-- near 0 and near 1.
create or replace function perf_internal.get_odds_probability(
    alpha double precision,
    beta double precision,
    log_odds double precision,
    is_upper boolean
)
returns double precision
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    a double precision := get_odds_probability.alpha;
    b double precision := get_odds_probability.beta;
    -- Half a count beyond the mean, both fractions converge.
    v_is_above boolean := get_odds_probability.log_odds > ln((1 + 0.5 / a) / (1 + 0.5 / b));
    v_tail double precision;
begin
    v_tail := perf_internal.get_exponential(case
        when v_is_above then (
            perf_internal.get_odds_tail(b, a, -get_odds_probability.log_odds)
        ).log_probability
        else (perf_internal.get_odds_tail(a, b, get_odds_probability.log_odds)).log_probability
    end);
    return case when v_is_above = get_odds_probability.is_upper then v_tail else 1 - v_tail end;
end
$$;

comment on function perf_internal.get_odds_probability is
    'The probability that a beta variable of alpha and beta has smaller odds (or with is_upper larger ones) than exp(log_odds) times alpha / beta.';

revoke execute on function perf_internal.get_odds_probability from public;
grant execute on function perf_internal.get_odds_probability
    to authenticated, service_role, perf_admin, perf_analyst;
