-- Every request through PostgREST has the login of PostgREST, so the login does not tell who used
-- the service key.
create or replace function perf_internal.get_actor_name(username text, role name, login name)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        get_actor_name.username,
        case
            when get_actor_name.role = 'service_role' then get_actor_name.role
            else get_actor_name.login
        end
    );
$$;

comment on function perf_internal.get_actor_name is
    'Who did something: the person, else service_role for the service key, else the database login.';

revoke execute on function perf_internal.get_actor_name from public;
grant execute on function perf_internal.get_actor_name
    to authenticated, service_role, perf_admin, perf_analyst;
