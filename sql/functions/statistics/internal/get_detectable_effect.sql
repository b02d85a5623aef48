-- Bisection for a rate: what is needed grows more slowly than the effect, so there is one place
-- where they meet.
create or replace function perf_internal.get_detectable_effect(
    units double precision,
    deviation double precision,
    rate double precision,
    share_b double precision,
    error_z double precision,
    power_z double precision
)
returns double precision
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_low double precision := 0;
    v_high double precision := 1 - get_detectable_effect.rate;
    v_middle double precision;
begin
    if get_detectable_effect.rate is null then
        return perf_internal.get_needed_distance(
            null, get_detectable_effect.deviation, null, get_detectable_effect.share_b,
            get_detectable_effect.error_z, get_detectable_effect.power_z
        ) / sqrt(get_detectable_effect.units);
    end if;
    if perf_internal.get_needed_distance(
        v_high, null, get_detectable_effect.rate, get_detectable_effect.share_b,
        get_detectable_effect.error_z, get_detectable_effect.power_z
    ) > v_high * sqrt(get_detectable_effect.units) then
        return null;
    end if;
    for step in 1 .. 60 loop
        v_middle := (v_low + v_high) / 2;
        if perf_internal.get_needed_distance(
            v_middle, null, get_detectable_effect.rate, get_detectable_effect.share_b,
            get_detectable_effect.error_z, get_detectable_effect.power_z
        ) > v_middle * sqrt(get_detectable_effect.units) then
            v_low := v_middle;
        else
            v_high := v_middle;
        end if;
    end loop;
    return v_high;
end
$$;

comment on function perf_internal.get_detectable_effect is
    'The smallest rise that a test of so many units finds: of a metric with this deviation, or of a rate that A has; null where no rate of B is found. error_z and power_z are the normal quantiles of confidence and power.';

revoke execute on function perf_internal.get_detectable_effect from public;
grant execute on function perf_internal.get_detectable_effect
    to authenticated, service_role, perf_admin, perf_analyst;
