-- After a restore the transaction_id of a restored row is a number of another cluster. It keeps
-- its one bit of meaning: 0 is rolled up, and the transaction that ended the restore, from where
-- the state now starts, is not yet. That transaction is over, so no run will find it in progress.
-- Rows recorded since are told apart by xmin, the transaction that wrote the row itself.
--
-- One statement, so one snapshot: what it does not see yet, it remembers as in progress.
create or replace function perf_internal.adopt_restored_calls()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    with adopted as (
        update perf.performance_metrics_raw as r
        set transaction_id = case
                when r.transaction_id >= s.snapshot_xmax or r.transaction_id = any(s.in_progress)
                then o.first_transaction_id - 1
                else 0
            end
        from perf_internal.rollup_state as s
        cross join perf_internal.origin as o
        where s.pipeline = 'calls'
            and (
                r.xmin::text::bigint - o.first_transaction_id % 4294967296 + 4294967296
            ) % 4294967296 >= 2147483648
    )
    update perf_internal.rollup_state as s
    set snapshot_xmax = o.first_transaction_id - 1,
        in_progress = array(select txid_snapshot_xip(txid_current_snapshot())),
        origin = array[o.system_identifier, o.first_transaction_id]
    from perf_internal.origin as o
    where s.pipeline = 'calls';

    update perf_internal.raw_partitions as p
    set summarized_ranges = 0;
$$;

comment on function perf_internal.adopt_restored_calls is
    'Translates the transaction ids of a dump to this cluster, with nothing lost or counted twice.';

revoke execute on function perf_internal.adopt_restored_calls from public;
