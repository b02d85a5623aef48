-- security definer: no API role may write user_roles; the caller is checked first.
create or replace function perf.revoke_role(user_id uuid, role perf.app_role)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform perf_internal.require_role('admin');
    delete from perf.user_roles as u
    where u.user_id = revoke_role.user_id
        and u.role = revoke_role.role;
    return found;
end
$$;

comment on function perf.revoke_role is
    'Takes a role from a user. False: the user did not have it.';

revoke execute on function perf.revoke_role from public;
grant execute on function perf.revoke_role to authenticated, service_role, perf_admin;
