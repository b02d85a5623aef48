-- People with tokens share one login (PostgREST's), so the login only counts where a token is
-- missing on either side: then the same login could be the same person.
create or replace function perf_internal.is_requester(request perf.model_config_requests)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (is_requester.request).requested_by = perf_internal.get_profile_id(),
        (is_requester.request).requested_by_login = session_user
    );
$$;

comment on function perf_internal.is_requester is
    'Whether the caller is, or could be, who made the request.';

revoke execute on function perf_internal.is_requester from public;
