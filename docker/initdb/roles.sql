-- The login of PostgREST, and the roles that it switches to. `pgkit migrate` makes those that are
-- missing, but it comes later, and the login must be a member of them. For psql; runs again without
-- harm.
\getenv password POSTGRES_PASSWORD

select format('create role %I nologin', r.name)
from (values ('anon'), ('authenticated'), ('service_role')) as r (name)
where not exists (select from pg_roles as p where p.rolname = r.name)
\gexec

select 'create role authenticator login noinherit'
where not exists (select from pg_roles as p where p.rolname = 'authenticator')
\gexec

\if :{?password}
    alter role authenticator password :'password';
\endif

-- Without a notice of a membership that exists.
set client_min_messages = warning;
grant anon, authenticated, service_role to authenticator;

-- pg_cron can be created in one database of a server, and only where the server has loaded it.
select 'create extension if not exists pg_cron'
where current_setting('cron.database_name', true) = current_database()
\gexec
