-- A number whose square is none would end correlations and variances with an error.
create or replace function perf_internal.get_float(value jsonb)
returns double precision
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_number numeric;
begin
    if jsonb_typeof(get_float.value) = 'number' then
        v_number := get_float.value::numeric;
        if abs(v_number) <= 1e100 then
            return round(v_number, 100)::float8;
        end if;
    end if;
    return null;
end
$$;

comment on function perf_internal.get_float is
    'A JSON number as a double precision; null for anything else, and for a number beyond 1e100.';

revoke execute on function perf_internal.get_float from public;
grant execute on function perf_internal.get_float
    to authenticated, service_role, perf_admin, perf_analyst;
