create or replace function perf_internal.get_rollup_position(
    pipeline text,
    out snapshot_xmax bigint,
    out in_progress bigint[]
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_is_adopted boolean;
begin
    select s.snapshot_xmax, s.in_progress, s.origin = o.origin
    into snapshot_xmax, in_progress, v_is_adopted
    from perf_internal.rollup_state as s
    cross join perf_internal.origin as o
    where s.pipeline = get_rollup_position.pipeline;
    if not v_is_adopted then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = 'calls of another cluster were restored here and not adopted',
            hint = 'Run: refresh materialized view perf_internal.origin';
    end if;
end
$$;

comment on function perf_internal.get_rollup_position is
    'Up to where rows are rolled up. Errors: 55000 while a restore is under way.';

revoke execute on function perf_internal.get_rollup_position from public;
grant execute on function perf_internal.get_rollup_position
    to authenticated, service_role, perf_admin, perf_analyst;
