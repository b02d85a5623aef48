create or replace function perf_internal.write_number(value double precision, digits integer default 3)
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select case
        when write_number.value = 0 then '0'
        else round(
            write_number.value::numeric,
            greatest(write_number.digits - 1 - floor(log(abs(write_number.value)))::integer, 0)
        )::float8::text
    end;
$$;

comment on function perf_internal.write_number is
    'A number for people: rounded to so many significant digits, but not before the decimal point.';

revoke execute on function perf_internal.write_number from public;
grant execute on function perf_internal.write_number
    to authenticated, service_role, perf_admin, perf_analyst;
