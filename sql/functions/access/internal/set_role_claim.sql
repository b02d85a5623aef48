-- security definer: no API role may write the settings; the caller is checked first.
create or replace function perf_internal.set_role_claim(claim text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_claim text := ltrim(btrim(set_role_claim.claim), '.');
    v_name text := '("[^"[:cntrl:]]+"|[A-Za-z0-9_-]+)';
    v_path text[];
    v_problem text;
begin
    perform perf_internal.require_role('admin');
    v_path := case
        when v_claim is not null
        then array(
            select btrim(m.found[1], '"')
            from regexp_matches(v_claim, v_name, 'g') as m (found)
        )
    end;
    v_problem := case
        when length(v_claim) > 200 or v_claim !~ ('^' || v_name || '([.]' || v_name || ')*$')
            then 'claim must be names with dots between, such as app_metadata.perf_role, got '
                || perf_internal.quote_value(set_role_claim.claim)
        when v_path[1] in ('user_metadata', 'raw_user_meta_data', 'unsafe_metadata')
            then 'claim must not be in what users change themselves, got '
                || perf_internal.quote_value(set_role_claim.claim)
        when v_path[1] in (
            'sub', 'role', 'iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'email', 'name', 'nickname',
            'preferred_username'
        )
            then 'claim must be none that has another meaning, got '
                || perf_internal.quote_value(set_role_claim.claim)
    end;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem,
            hint = case
                when v_path[1] in ('user_metadata', 'raw_user_meta_data', 'unsafe_metadata')
                    then 'Users of Supabase change their user_metadata, those of Clerk their unsafe_metadata.'
                else 'A name with other characters stands in double quotes.'
            end;
    end if;
    update perf.access_settings as s
    set role_claim = v_claim,
        role_claim_path = v_path
    where s.role_claim is distinct from v_claim;
    return found;
end
$$;

comment on function perf_internal.set_role_claim is 'Does the work of perf.set_role_claim().';

revoke execute on function perf_internal.set_role_claim from public;
grant execute on function perf_internal.set_role_claim to authenticated, service_role, perf_admin;
