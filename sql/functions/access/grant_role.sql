-- security definer: no API role may write user_roles; the caller is checked first. Of two sessions
-- that grant the same role at once, the second waits at the primary key and changes nothing.
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
declare
    v_username text := btrim(grant_role.username);
    v_problem text := case
        when grant_role.user_id is null or grant_role.role is null
            then 'user_id and role must not be null'
        when v_username is not null
            then perf_internal.get_name_problem('username', v_username, 200)
    end;
begin
    perform perf_internal.require_role('admin');
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    begin
        insert into perf.profiles as p (id, username)
        values (grant_role.user_id, coalesce(v_username, grant_role.user_id::text))
        on conflict (id) do update
            set username = excluded.username
            where v_username is not null
                and p.username <> excluded.username;
    exception
        when unique_violation then
            raise exception using
                errcode = 'PT409',
                message = format(
                    'username %s is that of another user',
                    perf_internal.quote_value(coalesce(v_username, grant_role.user_id::text))
                ),
                hint = 'Give another username.';
    end;
    insert into perf.user_roles (user_id, role)
    values (grant_role.user_id, grant_role.role)
    on conflict do nothing;
    return found;
end
$$;

comment on function perf.grant_role is
    'Gives a user a role, making the profile if there is none. False: the user had it already. Errors: 22023 bad argument, 42501 not an admin, PT409 the username is that of another user.';

revoke execute on function perf.grant_role from public;
grant execute on function perf.grant_role to authenticated, service_role, perf_admin;
