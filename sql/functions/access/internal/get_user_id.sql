-- Some issuers of tokens (Auth0, Clerk, Firebase) put no UUID into sub, and Supabase's auth.uid()
-- fails for such a token. Every policy and function would fail with it. So auth.uid() is asked only
-- where the claims have no sub; it also takes several times as long as all the rest here.
create or replace function perf_internal.get_user_id()
returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_subject jsonb;
begin
    v_subject := nullif(current_setting('request.jwt.claims', true), '')::jsonb -> 'sub';
    if v_subject is null then
        return auth.uid();
    elsif jsonb_typeof(v_subject) <> 'string' then
        return null;
    end if;
    return perf_internal.get_subject_id(v_subject #>> '{}');
exception
    when data_exception or statement_too_complex then
        return null;
end
$$;

comment on function perf_internal.get_user_id is
    'The user named by the token of this request: perf.get_subject_id(sub); auth.uid() where the token has none. Null without a token, and for a sub that is empty or no text.';

revoke execute on function perf_internal.get_user_id from public;
grant execute on function perf_internal.get_user_id
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
