-- Execute on the calling function already keeps strangers out: whoever comes by a database role
-- of ours needs only that role, whoever comes as authenticated needs the role in user_roles. The
-- role asked for is looked up first, so that recording costs one look-up.
create or replace function perf_internal.require_role(variadic roles perf.app_role[])
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_caller name := perf_internal.get_caller();
    v_role perf.app_role;
begin
    -- The first, because it is true of most: who records does so by the role for that.
    if pg_has_role(v_caller, ('perf_' || require_role.roles[1])::name, 'member')
        or pg_has_role(v_caller, 'perf_admin', 'member')
        or pg_has_role(v_caller, 'service_role', 'member')
    then
        return true;
    end if;
    foreach v_role in array require_role.roles || 'admin'::perf.app_role loop
        if pg_has_role(v_caller, ('perf_' || v_role)::name, 'member')
            or perf.has_role((select auth.uid()), v_role)
        then
            return true;
        end if;
    end loop;
    raise exception using
        errcode = 'insufficient_privilege',
        message = format('this needs the role %s', array_to_string(require_role.roles, ' or ')),
        hint = 'An admin grants it with perf.grant_role(user_id, role).';
end
$$;

comment on function perf_internal.require_role is
    'True, or refuses (42501) a caller with none of these roles; an admin, perf_admin and service_role always pass.';

revoke execute on function perf_internal.require_role from public;
grant execute on function perf_internal.require_role
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
