-- security definer: the policies of other schemas call perf.has_role(), and the caller must not need
-- select on user_roles for it to answer. The user is a parameter because inside this function
-- current_user is its owner. Other people's roles stay private: a caller who is not an admin, and has
-- no database role that reads, gets false for anybody else. Only a caller who comes as
-- authenticated is the user of the token, because any other can set request.jwt.claims to name
-- anybody. plpgsql, because that keeps the plan.
create or replace function perf_internal.has_role(user_id uuid, role perf.app_role)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_caller name := perf_internal.get_caller();
    v_is_caller boolean := has_role.user_id = perf_internal.get_user_id()
        and v_caller <> 'anon'
        and pg_has_role(v_caller, 'authenticated', 'member');
begin
    return coalesce(
        (
            exists (
                select 1
                from perf.user_roles as u
                where u.user_id = has_role.user_id
                    and u.role = has_role.role
            )
            and (
                v_is_caller
                or pg_has_role(v_caller, 'perf_analyst', 'member')
                or perf_internal.has_any_role('admin')
            )
        )
        or (
            v_is_caller
            and has_role.role = any(perf_internal.get_token_roles())
        ),
        false
    );
end
$$;

comment on function perf_internal.has_role is 'Does the work of perf.has_role().';

revoke execute on function perf_internal.has_role from public;
grant execute on function perf_internal.has_role
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
