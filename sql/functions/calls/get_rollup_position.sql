-- Reads perf_internal.origin only to fail while a restore is under way.
create or replace function perf_internal.get_rollup_position(
    pipeline text,
    out snapshot_xmax bigint,
    out in_progress bigint[]
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select s.snapshot_xmax, s.in_progress
    from perf_internal.rollup_state as s
    cross join perf_internal.origin as o
    where s.pipeline = get_rollup_position.pipeline;
$$;

comment on function perf_internal.get_rollup_position is
    'Up to where rows are rolled up. Errors: 55000 while a restore is under way.';

revoke execute on function perf_internal.get_rollup_position from public;
grant execute on function perf_internal.get_rollup_position
    to authenticated, service_role, perf_admin, perf_analyst;
