-- After a restore the transaction_id of a raw row is a number of another cluster. What matters is
-- whether the row was rolled up. If it was, the id becomes 0. If not, it becomes the id of this
-- transaction, and the state keeps that as in progress. State and rows are read by one snapshot,
-- that of the first statement. Transactions that it does not see are in progress in the state too.
--
-- In a database that was not restored, the view and the table have the same id. In one that was,
-- the view is empty until this function returns.
create or replace function perf_internal.adopt_restored_rows()
returns uuid
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_origin uuid;
    v_pipeline record;
    v_id bigint := txid_current();
    v_snapshot txid_snapshot;
begin
    select d.origin into v_origin
    from perf_internal.database_origin as d
    for update;
    if not found then
        raise exception using
            errcode = 'PT409',
            message = 'there is no data to adopt',
            hint = 'Restore the data too, then: refresh materialized view perf_internal.origin';
    elsif exists (select 1 from perf_internal.origin as o where o.origin = v_origin) then
        return v_origin;
    end if;
    update perf_internal.database_origin as d
    set origin = gen_random_uuid()
    where d.origin = v_origin
    returning d.origin into v_origin;
    for v_pipeline in
        select p.pipeline, p.raw_table
        from perf_internal.pipelines as p
        join perf_internal.rollup_state as s on s.pipeline = p.pipeline
        order by p.pipeline
        for update of s
    loop
        -- Dynamic SQL, because each pipeline has its own table.
        v_snapshot := txid_current_snapshot();
        execute format(
            'update %s as r
            set transaction_id = case when %s then %s::bigint else 0 end
            where r.transaction_id <> 0',
            v_pipeline.raw_table,
            perf_internal.get_pending_condition(v_pipeline.pipeline),
            v_id
        );
        update perf_internal.rollup_state as s
        set snapshot_xmax = txid_snapshot_xmax(v_snapshot),
            in_progress = array(select txid_snapshot_xip(v_snapshot)) || v_id,
            run_id = null
        where s.pipeline = v_pipeline.pipeline;
        update perf_internal.raw_partitions as p
        set summarized_ranges = 0
        where p.pipeline = v_pipeline.pipeline;
        perform perf_internal.summarize_new_ranges(v_pipeline.pipeline);
    end loop;
    return v_origin;
end
$$;

comment on function perf_internal.adopt_restored_rows is
    'Translates the transaction ids of a dump to this cluster, so that no row is lost or counted twice. Returns the new id of this database, or the old one if it was not restored. A refresh of perf_internal.origin calls it. Errors: PT409 before the data is in.';

revoke execute on function perf_internal.adopt_restored_rows from public;
