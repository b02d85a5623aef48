-- security definer: no API role may write user_roles; the caller is checked first. Two at once
-- meet at the primary keys, and the second changes nothing.
create or replace function perf.grant_role(
    user_id uuid,
    role perf.app_role,
    username text default null
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform perf_internal.require_role('admin');
    if grant_role.user_id is null or grant_role.role is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'user_id and role must not be null';
    end if;
    insert into perf.profiles as p (id, username)
    values (grant_role.user_id, coalesce(grant_role.username, grant_role.user_id::text))
    on conflict (id) do update
        set username = excluded.username
        where grant_role.username is not null
            and p.username <> excluded.username;
    insert into perf.user_roles (user_id, role)
    values (grant_role.user_id, grant_role.role)
    on conflict do nothing;
    return found;
end
$$;

comment on function perf.grant_role is
    'Gives a user a role, making the profile if there is none. False: the user had it already.';

revoke execute on function perf.grant_role from public;
grant execute on function perf.grant_role to authenticated, service_role, perf_admin;
