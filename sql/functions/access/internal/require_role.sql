-- Every function that reports or changes something calls this first, because execute on it may have
-- been granted to anybody.
create or replace function perf_internal.require_role(variadic roles perf.app_role[])
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if perf_internal.has_any_role(variadic require_role.roles) then
        return true;
    end if;
    raise exception using
        errcode = 'insufficient_privilege',
        message = format('this needs the role %s', array_to_string(require_role.roles, ' or ')),
        hint = case
            when nullif(current_setting('request.jwt.claims', true), '') is not null
                and perf_internal.get_user_id() is null
                then 'The token names no user: its claim sub is missing, empty or no text.'
            else 'An admin gives it to a user, by the sub of the token, with perf.grant_role(), and to a login with grant.'
        end;
end
$$;

comment on function perf_internal.require_role is
    'True, or refuses (42501) a caller for whom perf_internal.has_any_role() is false.';

revoke execute on function perf_internal.require_role from public;
grant execute on function perf_internal.require_role
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
