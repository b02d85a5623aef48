create or replace function perf.get_subject_id(subject text)
returns uuid
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.get_subject_id(get_subject_id.subject);
$$;

comment on function perf.get_subject_id is
    'The id that a user has in pgkit, from the claim sub of the token. A sub that is a UUID, of another version than 8, is the id. For any other text (Auth0, Clerk, Firebase) the id is a UUID of version 8 made of its SHA-256. Null for a blank text.';

revoke execute on function perf.get_subject_id from public;
grant execute on function perf.get_subject_id
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
