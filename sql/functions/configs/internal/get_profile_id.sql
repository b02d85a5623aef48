-- Claims count only for a member of authenticated, the role of PostgREST's tokens. Any other session
-- can set request.jwt.claims to name anybody. Several may hold the service key, so it names nobody.
create or replace function perf_internal.get_profile_id()
returns uuid
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select p.id
    from perf.profiles as p
    where p.id = (select perf_internal.get_user_id())
        and pg_has_role(perf_internal.get_caller(), 'authenticated', 'member');
$$;

comment on function perf_internal.get_profile_id is
    'The profile of the caller; null for a database login, the service key, and a token without a profile.';

revoke execute on function perf_internal.get_profile_id from public;
