create or replace function perf.grant_role(
    user_id uuid default null,
    role perf.app_role default null,
    username text default null,
    subject text default null
)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.grant_role(
        grant_role.user_id,
        grant_role.role,
        grant_role.username,
        grant_role.subject
    );
$$;

comment on function perf.grant_role is
    'Gives a user a role, making the profile if there is none. The user is user_id, or subject: the claim sub of the token, which need not be a UUID. False: the user had it already. Errors: 22023 bad argument, 42501 not an admin, PT409 the username is that of another user.';

revoke execute on function perf.grant_role from public;
grant execute on function perf.grant_role to authenticated, service_role, perf_admin;
