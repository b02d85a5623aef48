-- security definer: every policy and every function asks this, and the caller need not be able to
-- read user_roles. anon has no role, whatever it was granted. A token counts only for callers who
-- come as authenticated, as PostgREST does: anybody else can set request.jwt.claims at will.
-- plpgsql, and the most likely role first, because every recorded call comes through here.
create or replace function perf_internal.has_any_role(variadic roles perf.app_role[])
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_caller name := perf_internal.get_caller();
    v_roles perf.app_role[] := has_any_role.roles || 'admin'::perf.app_role;
    v_role perf.app_role;
begin
    if v_caller = 'anon' then
        return false;
    elsif pg_has_role(v_caller, 'service_role', 'member') then
        return true;
    end if;
    foreach v_role in array v_roles loop
        if pg_has_role(v_caller, ('perf_' || v_role)::name, 'member') then
            return true;
        end if;
    end loop;
    if pg_has_role(v_caller, 'authenticated', 'member')
        and (
            exists (
                select
                from perf.user_roles as u
                where u.user_id = perf_internal.get_user_id()
                    and u.role = any(v_roles)
            )
            or perf_internal.get_token_roles() && v_roles
        )
    then
        return true;
    end if;
    -- The owner of a restored database need not be a member of perf_admin, and runs its jobs.
    return exists (
        select
        from pg_namespace as n
        where n.nspname = 'perf'
            and pg_has_role(v_caller, n.nspowner, 'member')
    );
end
$$;

comment on function perf_internal.has_any_role is
    'Whether the caller has one of these roles, or is an admin, by token or as a database role. True for service_role and for the owner of the schema, false for anon.';

revoke execute on function perf_internal.has_any_role from public;
grant execute on function perf_internal.has_any_role
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
