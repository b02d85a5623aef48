-- Below exp(-500) times the odds of the mean, the tail is a power of the odds in all digits.
create or replace function perf_internal.get_odds_tail(
    alpha double precision,
    beta double precision,
    log_odds double precision,
    out log_probability double precision,
    out fraction double precision
)
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    u double precision := greatest(get_odds_tail.log_odds, -500);
    v_odds double precision := get_odds_tail.alpha / get_odds_tail.beta * exp(u);
    v_tail record := perf_internal.get_beta_tail(
        get_odds_tail.alpha, get_odds_tail.beta, v_odds / (1 + v_odds), 1 / (1 + v_odds)
    );
begin
    log_probability := v_tail.log_density + ln(v_tail.fraction)
        + get_odds_tail.alpha * (get_odds_tail.log_odds - u);
    fraction := v_tail.fraction;
end
$$;

comment on function perf_internal.get_odds_tail is
    'The logarithm of the probability that a beta variable of alpha and beta has smaller odds than exp(log_odds) times alpha / beta, and this probability over the density of log_odds. Only for log_odds up to ln((1 + 1 / alpha) / (1 + 1 / beta)).';

revoke execute on function perf_internal.get_odds_tail from public;
grant execute on function perf_internal.get_odds_tail
    to authenticated, service_role, perf_admin, perf_analyst;
