-- A text, because a function that reads a big table cannot run on other machines, and because each
-- pipeline has its own table. The statement itself reads the state, so it sees rows and state by
-- one snapshot.
--
-- The planner takes a range with unknown ends for 0.5 % of the rows, and a comparison with an unknown
-- value for a third of them. So both parts are ranges. It then reads the few pages that the index on
-- transaction_id names, also where an index on the time could find the rows of a report, of which all
-- but the pending ones would be read in vain. The range of in_progress by itself would name all pages
-- that were written since the oldest of these transactions began, which may be hours ago.
create or replace function perf_internal.get_pending_condition(pipeline text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select format(
        '(r.transaction_id between (
            select s.snapshot_xmax from perf_internal.rollup_state as s where s.pipeline = %1$L
        ) and 9223372036854775807 or (r.transaction_id between (
            select (perf_internal.get_bounds(s.in_progress))[1]
            from perf_internal.rollup_state as s
            where s.pipeline = %1$L
        ) and (
            select (perf_internal.get_bounds(s.in_progress))[2]
            from perf_internal.rollup_state as s
            where s.pipeline = %1$L
        ) and r.transaction_id = any((
            select s.in_progress from perf_internal.rollup_state as s where s.pipeline = %1$L
        )::bigint[])))',
        get_pending_condition.pipeline
    );
$$;

comment on function perf_internal.get_pending_condition is
    'SQL condition on a raw row r: no run has read it yet.';

revoke execute on function perf_internal.get_pending_condition from public;
grant execute on function perf_internal.get_pending_condition
    to authenticated, service_role, perf_admin, perf_analyst;
