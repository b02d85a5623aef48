create or replace function perf.has_role(user_id uuid, role perf.app_role)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return perf_internal.has_role(has_role.user_id, has_role.role);
end
$$;

comment on function perf.has_role is
    'Whether a user has exactly this role; false for null. Of the caller, roles in the token count too. Only an admin or a login with perf_analyst may ask about another user; everybody else gets false.';

revoke execute on function perf.has_role from public;
grant execute on function perf.has_role
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
