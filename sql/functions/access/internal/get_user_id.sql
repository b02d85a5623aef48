-- Some issuers of tokens (Auth0, Clerk, Firebase) put no UUID into sub. Supabase's auth.uid() fails
-- for such a token, and every policy and function would fail with it.
create or replace function perf_internal.get_user_id()
returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return auth.uid();
exception
    when data_exception then
        return null;
end
$$;

comment on function perf_internal.get_user_id is
    'The user named by the token of this request; null without a token, and for a token whose sub is no UUID.';

revoke execute on function perf_internal.get_user_id from public;
grant execute on function perf_internal.get_user_id
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
