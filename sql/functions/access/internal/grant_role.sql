-- security definer: no API role may write user_roles; the caller is checked first. Of two sessions
-- that grant the same role at once, the second waits at the primary key and changes nothing.
create or replace function perf_internal.grant_role(
    user_id uuid,
    role perf.app_role,
    username text,
    subject text
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_user_id uuid;
    v_username text := btrim(grant_role.username);
    v_subject text;
    v_problem text;
begin
    perform perf_internal.require_role('admin');
    v_user_id := perf_internal.get_named_user(grant_role.user_id, grant_role.subject);
    -- Where the sub is the id, there is nothing to remember.
    v_subject := nullif(grant_role.subject, v_user_id::text);
    v_problem := case
        when grant_role.role is null
            then 'role must be admin, analyst or recorder, got null'
        when v_username is not null
            then perf_internal.get_name_problem('username', v_username, 200)
    end;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    begin
        insert into perf.profiles as p (id, username, subject)
        values (v_user_id, coalesce(v_username, v_subject, v_user_id::text), v_subject)
        on conflict (id) do update
            set username = coalesce(v_username, p.username),
                subject = coalesce(p.subject, excluded.subject)
            where v_username <> p.username
                or (p.subject is null and excluded.subject is not null);
    exception
        when unique_violation then
            raise exception using
                errcode = 'PT409',
                message = format(
                    'username %s is that of another user',
                    perf_internal.quote_value(
                        coalesce(v_username, v_subject, v_user_id::text)
                    )
                ),
                hint = 'Give another username.';
    end;
    insert into perf.user_roles (user_id, role)
    values (v_user_id, grant_role.role)
    on conflict do nothing;
    return found;
end
$$;

comment on function perf_internal.grant_role is 'Does the work of perf.grant_role().';

revoke execute on function perf_internal.grant_role from public;
grant execute on function perf_internal.grant_role to authenticated, service_role, perf_admin;
