-- PostgREST sets claims that it has verified. Any other session can set what is no JSON.
create or replace function perf_internal.get_claims()
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_claims jsonb;
begin
    -- Here, because an exception of a declaration is not caught.
    v_claims := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
    return case when jsonb_typeof(v_claims) = 'object' then v_claims end;
exception
    when data_exception or statement_too_complex then
        return null;
end
$$;

comment on function perf_internal.get_claims is
    'The claims of the token of this request; null without a token, and for what is no JSON object.';

revoke execute on function perf_internal.get_claims from public;
grant execute on function perf_internal.get_claims
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
