-- The login of PostgREST, and the roles it switches to. pgkit migrate creates what is missing of
-- the latter; here they come first because the login must be a member of them.
\getenv password POSTGRES_PASSWORD
create role anon nologin;
create role authenticated nologin;
create role service_role nologin;
create role authenticator login noinherit password :'password';
grant anon, authenticated, service_role to authenticator;

create extension pg_cron;
