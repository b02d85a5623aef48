create or replace function perf.set_role_claim(claim text)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.set_role_claim(set_role_claim.claim);
$$;

comment on function perf.set_role_claim is
    'Names the claim of tokens that gives roles, beside those of perf.grant_role(): a text that is a role, or an array with roles. claim is its name, with a dot before what is nested, such as app_metadata.perf_role; a name with other characters stands in double quotes, such as "https://example.com/roles". Null: no claim gives roles. user_metadata is refused, because users of Supabase change it themselves. True: it was another one before. Errors: 22023 bad argument, 42501 not an admin.';

revoke execute on function perf.set_role_claim from public;
grant execute on function perf.set_role_claim to authenticated, service_role, perf_admin;
