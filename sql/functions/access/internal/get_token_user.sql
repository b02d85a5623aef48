-- Claims count only for a member of authenticated, the role of PostgREST's tokens. Any other session can
-- set request.jwt.claims to name anybody. Several may hold the service key, so it names nobody.
create or replace function perf_internal.get_token_user()
returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return case
        when pg_has_role(perf_internal.get_caller(), 'authenticated', 'member')
        then perf_internal.get_user_id()
    end;
end
$$;

comment on function perf_internal.get_token_user is
    'The user whose token the caller has; null for a database login, the service key, and a token that names no user.';

revoke execute on function perf_internal.get_token_user from public;
