create or replace function perf_internal.get_needed_distance(
    effect double precision,
    deviation double precision,
    rate double precision,
    share_b double precision,
    error_z double precision,
    power_z double precision
)
returns double precision
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select case
        when get_needed_distance.rate is null
        then get_needed_distance.deviation
            * sqrt(1 / get_needed_distance.share_b + 1 / (1 - get_needed_distance.share_b))
            * (get_needed_distance.error_z + get_needed_distance.power_z)
        else get_needed_distance.error_z * sqrt(
            r.pooled * (1 - r.pooled)
            * (1 / get_needed_distance.share_b + 1 / (1 - get_needed_distance.share_b))
        )
        + get_needed_distance.power_z * sqrt(
            get_needed_distance.rate * (1 - get_needed_distance.rate)
                / (1 - get_needed_distance.share_b)
            + r.rate_b * (1 - r.rate_b) / get_needed_distance.share_b
        )
    end
    from (
        select
            get_needed_distance.rate + get_needed_distance.effect as rate_b,
            get_needed_distance.rate
                + get_needed_distance.effect * get_needed_distance.share_b as pooled
    ) as r;
$$;

comment on function perf_internal.get_needed_distance is
    'The effect times the root of the units that a test needs to find it: of a metric with this deviation, or of a rate that A has. error_z and power_z are the normal quantiles of confidence and power.';

revoke execute on function perf_internal.get_needed_distance from public;
grant execute on function perf_internal.get_needed_distance
    to authenticated, service_role, perf_admin, perf_analyst;
