-- security definer: no API role may write user_roles; the caller is checked first.
create or replace function perf_internal.revoke_role(
    user_id uuid,
    role perf.app_role,
    subject text
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_user_id uuid;
begin
    perform perf_internal.require_role('admin');
    v_user_id := perf_internal.get_named_user(revoke_role.user_id, revoke_role.subject);
    delete from perf.user_roles as u
    where u.user_id = v_user_id
        and u.role = revoke_role.role;
    return found;
end
$$;

comment on function perf_internal.revoke_role is 'Does the work of perf.revoke_role().';

revoke execute on function perf_internal.revoke_role from public;
grant execute on function perf_internal.revoke_role to authenticated, service_role, perf_admin;
