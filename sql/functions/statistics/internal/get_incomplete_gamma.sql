-- The gamma distribution is the limit of the odds of the beta distribution for large beta. 1e40 is
-- so large that no digit differs.
create or replace function perf_internal.get_incomplete_gamma(
    shape double precision,
    value double precision,
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
    if get_incomplete_gamma.value <= 0 or get_incomplete_gamma.value = 'Infinity' then
        return case
            when get_incomplete_gamma.is_upper = (get_incomplete_gamma.value <= 0) then 1 else 0
        end;
    end if;
    return perf_internal.get_odds_probability(
        get_incomplete_gamma.shape,
        1e40,
        case
            when get_incomplete_gamma.value between 1e-200 and 1e200
            then ln(get_incomplete_gamma.value / get_incomplete_gamma.shape)
            else ln(get_incomplete_gamma.value) - ln(get_incomplete_gamma.shape)
        end,
        get_incomplete_gamma.is_upper
    );
end
$$;

comment on function perf_internal.get_incomplete_gamma is
    'The regularised incomplete gamma function: the probability that a gamma variable of this shape (above 0) and scale 1 is at most value, or with is_upper above it.';

revoke execute on function perf_internal.get_incomplete_gamma from public;
grant execute on function perf_internal.get_incomplete_gamma
    to authenticated, service_role, perf_admin, perf_analyst;
