-- Every function that reports or changes something calls this first, because execute on it may have
-- been granted to anybody. anon is refused whatever it was granted. A token counts only for callers
-- who come as authenticated, as PostgREST does: anybody else can set request.jwt.claims at will.
-- plpgsql, and the most likely role first, because every recorded call comes through here.
create or replace function perf_internal.require_role(variadic roles perf.app_role[])
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_caller name := perf_internal.get_caller();
    v_user_id uuid;
    v_role perf.app_role;
begin
    if v_caller <> 'anon' then
        if pg_has_role(v_caller, ('perf_' || require_role.roles[1])::name, 'member')
            or pg_has_role(v_caller, 'perf_admin', 'member')
            or pg_has_role(v_caller, 'service_role', 'member')
        then
            return true;
        end if;
        if pg_has_role(v_caller, 'authenticated', 'member') then
            v_user_id := perf_internal.get_user_id();
        end if;
        foreach v_role in array require_role.roles || 'admin'::perf.app_role loop
            if pg_has_role(v_caller, ('perf_' || v_role)::name, 'member')
                or (v_user_id is not null and perf.has_role(v_user_id, v_role))
            then
                return true;
            end if;
        end loop;
        -- The owner of a restored database need not be a member of perf_admin, and runs its jobs.
        if exists (
            select
            from pg_namespace as n
            where n.nspname = 'perf'
                and pg_has_role(v_caller, n.nspowner, 'member')
        ) then
            return true;
        end if;
    end if;
    raise exception using
        errcode = 'insufficient_privilege',
        message = format('this needs the role %s', array_to_string(require_role.roles, ' or ')),
        hint = case
            when nullif(current_setting('request.jwt.claims', true), '') is not null
                and perf_internal.get_user_id() is null
                then 'The token names no user of pgkit: its sub is missing or no UUID.'
            else 'An admin gives it to a user with perf.grant_role(user_id, role), and to a login with grant.'
        end;
end
$$;

comment on function perf_internal.require_role is
    'True, or refuses (42501) a caller with none of these roles. An admin, perf_admin, service_role and the owner of the schema pass always, anon never.';

revoke execute on function perf_internal.require_role from public;
grant execute on function perf_internal.require_role
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
