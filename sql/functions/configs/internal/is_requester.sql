-- People with tokens share one login, that of PostgREST, so two of them are told apart by their
-- profiles. The login counts where a profile is missing on either side, because then the same login
-- could be the same person. One case is allowed: what was asked for with the service key, by a
-- machine for example, may be approved by a person with a token. A database login cannot use that:
-- only a member of authenticated has a profile (see get_token_user), and set role does not change
-- session_user.
create or replace function perf_internal.is_requester(request perf.model_config_requests)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    r alias for request;
    v_profile_id uuid := perf_internal.get_profile_id();
begin
    return case
        when r.requested_by is not null and v_profile_id is not null
            then r.requested_by = v_profile_id
        when r.requested_by is null and v_profile_id is not null
            and r.requested_by_role = 'service_role'
            then false
        else r.requested_by_login = session_user
    end;
end
$$;

comment on function perf_internal.is_requester is
    'Whether the caller made the request, or could be who made it.';

revoke execute on function perf_internal.is_requester from public;
