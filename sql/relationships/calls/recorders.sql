-- For PostgREST, which joins a table with another one by such a function where there is no foreign
-- key. The planner puts the body in place of the call only if the function pins no search_path.
create or replace function perf.profiles(recorder perf.recorders)
returns setof perf.profiles
language sql
stable
rows 1
as $$
    select p.*
    from perf.profiles as p
    where p.id operator(pg_catalog.=) (profiles.recorder).user_id;
$$;

comment on function perf.profiles(perf.recorders) is
    'Relationship for PostgREST: the person of a recorder.';

revoke execute on function perf.profiles(perf.recorders) from public;
grant execute on function perf.profiles(perf.recorders)
    to authenticated, service_role, perf_admin, perf_analyst;
