create or replace function perf_internal.get_profile_id()
returns uuid
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select p.id
    from perf.profiles as p
    where p.id = (select perf_internal.get_token_user());
$$;

comment on function perf_internal.get_profile_id is
    'The profile of the caller; null for a database login, the service key, and a token without a profile.';

revoke execute on function perf_internal.get_profile_id from public;
