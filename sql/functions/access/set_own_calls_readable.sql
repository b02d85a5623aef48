create or replace function perf.set_own_calls_readable(is_readable boolean)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.set_own_calls_readable(set_own_calls_readable.is_readable);
$$;

comment on function perf.set_own_calls_readable is
    'Says whether a recorder may read back the calls that it recorded, with perf.get_own_calls(). It may not, unless this was called. True: it was otherwise before. Errors: 22023 null, 42501 not an admin.';

revoke execute on function perf.set_own_calls_readable from public;
grant execute on function perf.set_own_calls_readable to authenticated, service_role, perf_admin;
