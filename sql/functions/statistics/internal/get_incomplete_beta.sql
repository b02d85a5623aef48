-- value and complement, which is 1 - value, are both given: neither follows from the other without
-- loss. Above the mean it is the tail of the other side.
create or replace function perf_internal.get_incomplete_beta(
    alpha double precision,
    beta double precision,
    value double precision,
    complement double precision
)
returns double precision
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_tail record;
begin
    if get_incomplete_beta.value <= 0 then
        return 0;
    elsif get_incomplete_beta.complement <= 0 then
        return 1;
    elsif get_incomplete_beta.value > (get_incomplete_beta.alpha + 1)
        / (get_incomplete_beta.alpha + get_incomplete_beta.beta + 2)
    then
        return 1 - perf_internal.get_incomplete_beta(
            get_incomplete_beta.beta, get_incomplete_beta.alpha,
            get_incomplete_beta.complement, get_incomplete_beta.value
        );
    end if;
    v_tail := perf_internal.get_beta_tail(
        get_incomplete_beta.alpha, get_incomplete_beta.beta,
        get_incomplete_beta.value, get_incomplete_beta.complement
    );
    return perf_internal.get_exponential(v_tail.log_density + ln(v_tail.fraction));
end
$$;

comment on function perf_internal.get_incomplete_beta is
    'The regularised incomplete beta function: the probability that a beta variable of alpha and beta (both above 0) is at most value. complement is 1 - value.';

revoke execute on function perf_internal.get_incomplete_beta from public;
grant execute on function perf_internal.get_incomplete_beta
    to authenticated, service_role, perf_admin, perf_analyst;
