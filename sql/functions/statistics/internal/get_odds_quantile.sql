-- Newton's method on the logarithm of the tail as a function of log_odds. The density of log_odds
-- is log-concave, and so is the tail. From any point the first step therefore ends outside of the
-- quantile, and all others go towards it without passing it.
create or replace function perf_internal.get_odds_quantile(
    alpha double precision,
    beta double precision,
    p double precision,
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
    a double precision := get_odds_quantile.alpha;
    b double precision := get_odds_quantile.beta;
    v_wanted double precision := get_odds_quantile.p;
    -- Where get_odds_probability changes sides.
    u double precision := ln((1 + 0.5 / a) / (1 + 0.5 / b));
    v_is_above boolean;
    v_middle double precision;
    v_tail record;
    v_missing double precision;
begin
    v_middle := perf_internal.get_odds_probability(a, b, u, get_odds_quantile.is_upper);
    v_is_above := get_odds_quantile.is_upper = (v_wanted < v_middle);
    if v_is_above then
        a := get_odds_quantile.beta;
        b := get_odds_quantile.alpha;
        u := -u;
    end if;
    if v_is_above <> get_odds_quantile.is_upper then
        v_wanted := 1 - v_wanted;
    end if;
    for iteration in 1 .. 200 loop
        v_tail := perf_internal.get_odds_tail(a, b, u);
        v_missing := ln(v_wanted) - v_tail.log_probability;
        u := u + v_missing * v_tail.fraction;
        -- The step after this one would be the square of it.
        exit when iteration > 1 and v_missing < 1e-9;
    end loop;
    return case when v_is_above then -u else u end;
end
$$;

comment on function perf_internal.get_odds_quantile is
    'The logarithm of the odds, over alpha / beta, below (or with is_upper above) which a beta variable of alpha and beta lies with probability p, between 0 and 1.';

revoke execute on function perf_internal.get_odds_quantile from public;
grant execute on function perf_internal.get_odds_quantile
    to authenticated, service_role, perf_admin, perf_analyst;
