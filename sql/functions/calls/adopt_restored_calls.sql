-- After a restore the transaction_id of a restored row is a number of another cluster. It keeps its
-- one bit of meaning: 0 is rolled up, and this transaction, which the state remembers as in progress,
-- is not yet.
--
-- A database is restored if its cluster or its raw table is another than the state knows. A physical
-- copy, whose transaction ids go on, is not. To adopt once more than needed is slow but changes
-- nothing: one statement, so one snapshot, and what that does not see yet the state remembers as in
-- progress too.
create or replace function perf_internal.adopt_restored_calls()
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_origin bigint[];
    v_adopted bigint;
begin
    perform perf_internal.lock_rollup('calls');
    select array[c.system_identifier, 'perf.performance_metrics_raw'::regclass::oid::bigint]
    into v_origin
    from pg_control_system() as c;
    if exists (
        select 1
        from perf_internal.rollup_state as s
        where s.pipeline = 'calls'
            and s.origin = v_origin
    ) then
        return 0;
    end if;
    with adopted as (
        update perf.performance_metrics_raw as r
        set transaction_id = case
                when r.transaction_id >= s.snapshot_xmax or r.transaction_id = any(s.in_progress)
                then txid_current()
                else 0
            end
        from perf_internal.rollup_state as s
        where s.pipeline = 'calls'
            and r.transaction_id <> 0
        returning 1
    ),
    advanced as (
        update perf_internal.rollup_state as s
        set snapshot_xmax = txid_snapshot_xmax(txid_current_snapshot()),
            in_progress = array(select txid_snapshot_xip(txid_current_snapshot()))
                || txid_current(),
            origin = v_origin
        where s.pipeline = 'calls'
    )
    select count(*) into v_adopted from adopted as a;
    update perf_internal.raw_partitions as p
    set summarized_ranges = 0;
    perform perf_internal.summarize_new_ranges();
    return v_adopted;
end
$$;

comment on function perf_internal.adopt_restored_calls is
    'Translates the transaction ids of a dump to this cluster, with nothing lost or counted twice; returns of how many calls. Refreshing perf_internal.origin calls it.';

revoke execute on function perf_internal.adopt_restored_calls from public;
