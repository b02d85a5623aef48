-- After a restore the transaction_id of a restored row is a number of another cluster. It keeps its
-- one bit of meaning: 0 is rolled up, and this transaction, which the state remembers as in progress,
-- is not yet. One statement, so one snapshot: what it does not see yet, the state remembers as in
-- progress too.
--
-- Of a database that was not restored the view still says what the state says. In one that was, it is
-- empty until this function returns.
create or replace function perf_internal.adopt_restored_calls()
returns uuid
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_origin uuid;
begin
    select s.origin
    into v_origin
    from perf_internal.rollup_state as s
    where s.pipeline = 'calls'
    for update;
    if not found then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = 'there is no data to adopt',
            hint = 'Restore the data too, then: refresh materialized view perf_internal.origin';
    elsif exists (select 1 from perf_internal.origin as o where o.origin = v_origin) then
        return v_origin;
    end if;
    v_origin := gen_random_uuid();
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
    )
    update perf_internal.rollup_state as s
    set snapshot_xmax = txid_snapshot_xmax(txid_current_snapshot()),
        in_progress = array(select txid_snapshot_xip(txid_current_snapshot()))
            || txid_current(),
        origin = v_origin
    where s.pipeline = 'calls';
    update perf_internal.raw_partitions as p
    set summarized_ranges = 0;
    perform perf_internal.summarize_new_ranges();
    return v_origin;
end
$$;

comment on function perf_internal.adopt_restored_calls is
    'Translates the transaction ids of a dump to this cluster, with nothing lost or counted twice; returns the new id of this database, or the old one if it was not restored. Called by refreshing perf_internal.origin. Errors: 55000 before the data is in.';

revoke execute on function perf_internal.adopt_restored_calls from public;
