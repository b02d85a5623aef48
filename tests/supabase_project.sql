-- A Supabase project as it is before anybody uses it, as far as pgkit meets it. Run by the superuser
-- supabase_admin, on a server that has no role postgres. It follows the migrations of the image
-- supabase/postgres and the documentation of Supabase.
--
-- Two libraries of the image are not on other servers. supautils lets postgres make extensions and
-- event triggers, and keeps it from altering the roles of requests; the tests do as supabase_admin
-- what it would do. safeupdate refuses update and delete without where to sessions of authenticator;
-- a test looks for such statements.

-- The role of its users is no superuser. It owns the database.
create role postgres login createdb createrole replication bypassrls;
do $$
begin
    execute format('alter database %I owner to postgres', current_database());
end
$$;
alter role postgres set search_path to '$user', public, extensions;
alter role supabase_admin set search_path to '$user', public, auth, extensions;
-- The whole server has this limit; other roles have their own.
alter role postgres set statement_timeout = '2min';

-- The roles of requests. authenticator is PostgREST's login.
create role anon nologin;
create role authenticated nologin;
create role service_role nologin bypassrls;
create role authenticator login noinherit;
grant anon, authenticated, service_role to authenticator;
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
do $$
begin
    if current_setting('server_version_num')::integer >= 160000 then
        grant anon, authenticated, service_role to postgres with admin option;
    else
        grant anon, authenticated, service_role to postgres;
    end if;
end
$$;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres;
-- One of the parameters that supautils lets it set.
grant set on parameter session_replication_role to postgres;

-- The logins of the services beside PostgREST, and of the dashboard.
create role dashboard_user createdb createrole replication;
create role supabase_auth_admin login noinherit createrole;
create role supabase_storage_admin login noinherit createrole;
create role supabase_read_only_user login bypassrls;
create role pgbouncer login;

-- What is made in public is open to the requests, whoever makes it.
grant usage on schema public to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
    grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
    grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
    grant all on sequences to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
    grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
    grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
    grant all on sequences to postgres, anon, authenticated, service_role;

-- Extensions have a schema of their own.
create schema extensions;
do $$
declare
    v_name name;
begin
    for v_name in
        select a.name
        from pg_available_extensions as a
        where a.name in ('pgcrypto', 'uuid-ossp', 'pg_stat_statements')
    loop
        execute format('create extension %I with schema extensions', v_name);
    end loop;
end
$$;
grant usage on schema extensions to anon, authenticated, service_role;
grant all on schema extensions to postgres, dashboard_user;
grant all on all routines in schema extensions to postgres with grant option;

-- The service of authentication owns what is in auth. postgres may use it, and create nothing there.
create schema auth;
create table auth.users (id uuid primary key, email text unique);
create function auth.uid()
returns uuid
language sql
stable
as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.sub', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
    )::uuid
$$;
create function auth.role()
returns text
language sql
stable
as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.role', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
    )
$$;
alter table auth.users owner to supabase_auth_admin;
alter function auth.uid owner to supabase_auth_admin;
alter function auth.role owner to supabase_auth_admin;
grant usage on schema auth to postgres, anon, authenticated, service_role;
grant all on schema auth to supabase_auth_admin, dashboard_user;
grant all on auth.users to postgres, dashboard_user;

-- Schemas of the other services.
create schema storage authorization supabase_storage_admin;
create schema realtime;
create schema vault;
create schema graphql_public;
create schema pgbouncer authorization pgbouncer;
grant usage on schema storage to postgres, anon, authenticated, service_role;
grant usage on schema realtime, vault, graphql_public to postgres;

-- PostgREST hears of every change of objects.
create function extensions.pgrst_ddl_watch()
returns event_trigger
language plpgsql
as $$
declare
    v_command record;
begin
    for v_command in select * from pg_event_trigger_ddl_commands() loop
        if v_command.command_tag ~ '^(CREATE|ALTER|COMMENT)'
            and v_command.schema_name is distinct from 'pg_temp'
        then
            notify pgrst, 'reload schema';
        end if;
    end loop;
end
$$;
create event trigger pgrst_ddl_watch on ddl_command_end
execute function extensions.pgrst_ddl_watch();

create function extensions.pgrst_drop_watch()
returns event_trigger
language plpgsql
as $$
declare
    v_object record;
begin
    for v_object in select * from pg_event_trigger_dropped_objects() loop
        if not v_object.is_temporary then
            notify pgrst, 'reload schema';
        end if;
    end loop;
end
$$;
create event trigger pgrst_drop_watch on sql_drop
execute function extensions.pgrst_drop_watch();

-- It looks for the function of pg_graphql, and fails where one statement makes several functions.
create function extensions.grant_pg_graphql_access()
returns event_trigger
language plpgsql
as $$
declare
    v_is_resolve boolean := (
        select p.proname = 'resolve'
        from pg_event_trigger_ddl_commands() as c
        left join pg_proc as p on p.oid = c.objid
    );
begin
    if v_is_resolve then
        grant usage on schema graphql_public to postgres, anon, authenticated, service_role;
    end if;
end
$$;
create event trigger issue_pg_graphql_access on ddl_command_end
when tag in ('CREATE FUNCTION')
execute function extensions.grant_pg_graphql_access();

create function extensions.set_graphql_placeholder()
returns event_trigger
language plpgsql
as $$
declare
    v_is_dropped boolean := (
        select true
        from pg_event_trigger_dropped_objects() as o
        where o.schema_name = 'graphql_public'
    );
begin
    if v_is_dropped then
        raise warning 'pg_graphql is gone';
    end if;
end
$$;
create event trigger issue_graphql_placeholder on sql_drop
when tag in ('DROP EXTENSION')
execute function extensions.set_graphql_placeholder();

-- New extensions are opened to postgres. It may only read the table of jobs.
create function extensions.grant_pg_cron_access()
returns event_trigger
language plpgsql
as $$
begin
    if exists (
        select
        from pg_event_trigger_ddl_commands() as c
        join pg_extension as e on e.oid = c.objid
        where e.extname = 'pg_cron'
    ) then
        grant usage on schema cron to postgres with grant option;
        grant all on all tables in schema cron to postgres with grant option;
        grant all on all functions in schema cron to postgres with grant option;
        revoke all on cron.job from postgres;
        grant select on cron.job to postgres with grant option;
        revoke trigger on cron.job_run_details from postgres;
    end if;
end
$$;
create event trigger issue_pg_cron_access on ddl_command_end
when tag in ('CREATE EXTENSION')
execute function extensions.grant_pg_cron_access();

create function extensions.grant_pg_net_access()
returns event_trigger
language plpgsql
as $$
begin
    if exists (
        select
        from pg_event_trigger_ddl_commands() as c
        join pg_extension as e on e.oid = c.objid
        where e.extname = 'pg_net'
    ) then
        grant usage on schema net to postgres, anon, authenticated, service_role;
    end if;
end
$$;
create event trigger issue_pg_net_access on ddl_command_end
when tag in ('CREATE EXTENSION')
execute function extensions.grant_pg_net_access();

-- New tables in public have row level security. It has the rights of its owner, postgres.
create function public.rls_auto_enable()
returns event_trigger
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
    v_command record;
begin
    for v_command in
        select *
        from pg_event_trigger_ddl_commands() as c
        where c.object_type in ('table', 'partitioned table')
    loop
        if v_command.schema_name = 'public' then
            execute format('alter table %s enable row level security', v_command.object_identity);
        end if;
    end loop;
end
$$;
alter function public.rls_auto_enable owner to postgres;
create event trigger ensure_rls on ddl_command_end
when tag in ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO')
execute function public.rls_auto_enable();
