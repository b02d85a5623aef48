-- security definer: the policies of every table call this, and the caller must not need select on
-- user_roles for it to answer. The user is a parameter because inside this function current_user
-- is its owner. Other people's roles stay private: a signed-in caller who is not an admin, and
-- has no database role that reads, gets false for anybody else. plpgsql, because that keeps the plan.
create or replace function perf.has_role(user_id uuid, role perf.app_role)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return exists (
        select 1
        from perf.user_roles as u
        where u.user_id = has_role.user_id
            and u.role = has_role.role
            and (
                has_role.user_id = perf_internal.get_user_id()
                or pg_has_role(perf_internal.get_caller(), 'perf_analyst', 'member')
                or pg_has_role(perf_internal.get_caller(), 'perf_admin', 'member')
                or pg_has_role(perf_internal.get_caller(), 'service_role', 'member')
                or exists (
                    select 1
                    from perf.user_roles as a
                    where a.user_id = perf_internal.get_user_id()
                        and a.role = 'admin'
                )
            )
    );
end
$$;

comment on function perf.has_role is
    'Whether a user has exactly this role; false for null. Only an admin or a login with perf_analyst may ask about another user; everybody else gets false.';

revoke execute on function perf.has_role from public;
grant execute on function perf.has_role
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
