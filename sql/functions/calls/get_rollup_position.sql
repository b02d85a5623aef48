create or replace function perf_internal.get_rollup_position(
    pipeline text,
    out snapshot_xmax bigint,
    out in_progress bigint[],
    out restored_before bigint
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        s.snapshot_xmax,
        s.in_progress,
        case when s.origin <> array[o.system_identifier, o.first_transaction_id]
            then o.first_transaction_id % 4294967296
        end
    from perf_internal.rollup_state as s
    cross join perf_internal.origin as o
    where s.pipeline = get_rollup_position.pipeline;
$$;

comment on function perf_internal.get_rollup_position is
    'Up to where rows are rolled up. restored_before is null but in a database restored since the last run, where rows that a transaction from there on (its low 32 bits) wrote are new whatever their transaction_id says.';

revoke execute on function perf_internal.get_rollup_position from public;
grant execute on function perf_internal.get_rollup_position
    to authenticated, service_role, perf_admin, perf_analyst;
