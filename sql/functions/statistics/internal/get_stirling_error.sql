-- PostgreSQL has no logarithm of the gamma function before version 18, and its difference of large
-- values would lose digits. Stirling's series (Abramowitz and Stegun 6.1.41) from 10 upwards has
-- an error below 1e-16; below 10 the recurrence leads up to it.
create or replace function perf_internal.get_stirling_error(x double precision)
returns double precision
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    z double precision := get_stirling_error.x;
    v_product double precision := 1;
    v_error double precision;
begin
    -- Its powers would be too small for double precision.
    if z > 1e20 then
        return 1 / 12.0::float8 / z;
    end if;
    while z < 10 loop
        v_product := v_product * z;
        z := z + 1;
    end loop;
    v_error := (1 / 12.0::float8 - (1 / 360.0::float8 - (1 / 1260.0::float8 - (1 / 1680.0::float8
        - (1 / 1188.0::float8 - (691 / 360360.0::float8 - 1 / 156.0::float8 / z / z)
        / z / z) / z / z) / z / z) / z / z) / z / z) / z;
    if z = get_stirling_error.x then
        return v_error;
    end if;
    -- The logarithm of gamma(x) is that of gamma(z) less that of x (x + 1) ... (z - 1).
    return v_error + (z - 0.5) * ln(z) - z - ln(v_product)
        - (get_stirling_error.x - 0.5) * ln(get_stirling_error.x) + get_stirling_error.x;
end
$$;

comment on function perf_internal.get_stirling_error is
    'The logarithm of the gamma function of x > 0, less (x - 1/2) ln x - x + ln(2 pi) / 2.';

revoke execute on function perf_internal.get_stirling_error from public;
grant execute on function perf_internal.get_stirling_error
    to authenticated, service_role, perf_admin, perf_analyst;
