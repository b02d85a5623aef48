-- Who has a role by perf.grant_role() has a profile. Who has it by the token may be new here.
-- A name that somebody else has already does not stand in the way.
create or replace function perf_internal.add_own_profile()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_user_id uuid := case
        when cardinality(perf_internal.get_token_roles()) > 0
        then perf_internal.get_token_user()
    end;
    v_name text;
begin
    foreach v_name in array array[perf_internal.get_caller_name(), v_user_id::text] loop
        exit when v_user_id is null
            or exists (select from perf.profiles as p where p.id = v_user_id);
        insert into perf.profiles (id, username)
        values (v_user_id, v_name)
        on conflict do nothing;
    end loop;
end
$$;

comment on function perf_internal.add_own_profile is
    'Makes the profile of a caller who has a role by the token and no profile yet, so that what the caller does has a name.';

revoke execute on function perf_internal.add_own_profile from public;
