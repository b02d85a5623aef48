create or replace function perf.revoke_role(
    user_id uuid default null,
    role perf.app_role default null,
    subject text default null
)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.revoke_role(
        revoke_role.user_id,
        revoke_role.role,
        revoke_role.subject
    );
$$;

comment on function perf.revoke_role is
    'Takes a role from a user, who is named by user_id, or by subject: the claim sub of the token. Roles that a token gives stay. False: the user did not have it. Errors: 22023 bad argument, 42501 not an admin.';

revoke execute on function perf.revoke_role from public;
grant execute on function perf.revoke_role to authenticated, service_role, perf_admin;
