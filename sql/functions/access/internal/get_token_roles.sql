-- security definer: whoever has no role yet may not read the settings. Claims count only for callers
-- who come as authenticated, as in perf_internal.has_any_role(). A token that names no user has no
-- role, because what it does could not be told from what others do.
create or replace function perf_internal.get_token_roles()
returns perf.app_role[]
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_path text[] := (select s.role_claim_path from perf.access_settings as s);
    v_value jsonb;
begin
    if v_path is null or perf_internal.get_user_id() is null then
        return array[]::perf.app_role[];
    end if;
    v_value := perf_internal.get_claims() #> v_path;
    return array(
        select r.role
        from unnest(enum_range(null::perf.app_role)) as r (role)
        -- Of a text that is the role, and of an array that has it.
        where v_value @> to_jsonb(r.role::text)
    );
end
$$;

comment on function perf_internal.get_token_roles is
    'The roles that the token of this request gives, by the claim that perf.set_role_claim() named; none where no claim is named, or the token names no user.';

revoke execute on function perf_internal.get_token_roles from public;
