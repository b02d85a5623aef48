create or replace function perf_internal.get_exponential(x double precision)
returns double precision
language sql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select case
        when get_exponential.x < -708 then 0
        when get_exponential.x > 709 then 'Infinity'
        else exp(get_exponential.x)
    end;
$$;

comment on function perf_internal.get_exponential is
    'exp(x), but 0 and Infinity where it would be less than 3e-308 or more than 8e307 and exp() fails.';

revoke execute on function perf_internal.get_exponential from public;
grant execute on function perf_internal.get_exponential
    to authenticated, service_role, perf_admin, perf_analyst;
