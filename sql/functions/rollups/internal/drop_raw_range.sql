-- It takes the lock first, and then checks that committed runs have rolled up every row. So a
-- session that waited for the drop finds the dropped rows in the rollups. The check needs a
-- snapshot that is newer than the lock, so read committed. Dynamic SQL, because the name of a
-- table cannot be a parameter.
create or replace function perf_internal.drop_raw_range(
    pipeline text,
    range_start timestamptz,
    range_end timestamptz,
    partition_name text,
    patience interval,
    out dropped_rows bigint,
    out freed_bytes bigint,
    out kept_because text
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_pipeline perf_internal.pipelines := perf_internal.get_pipeline(drop_raw_range.pipeline);
    v_rows bigint;
    v_snapshot txid_snapshot;
    v_bytes bigint;
    v_default text := perf_internal.get_default_partition(v_pipeline.raw_table);
begin
    dropped_rows := 0;
    freed_bytes := 0;
    if drop_raw_range.partition_name = v_default then
        perform perf_internal.lock_raw(
            array[drop_raw_range.pipeline],
            array[v_default],
            'share row exclusive',
            patience => drop_raw_range.patience
        );
    else
        v_snapshot := txid_current_snapshot();
        execute format(
            'select count(*)
            from perf_internal.%I as r
            where r.transaction_id < $1
                and r.transaction_id <> all($2)',
            drop_raw_range.partition_name
        )
        into v_rows
        using txid_snapshot_xmax(v_snapshot), array(select txid_snapshot_xip(v_snapshot));
        v_bytes := perf_internal.get_table_bytes(
            format('perf_internal.%I', drop_raw_range.partition_name)::regclass
        );
        -- The default partition too: drop table locks it, and would wait without a limit.
        perform perf_internal.lock_raw(
            array[drop_raw_range.pipeline],
            array[drop_raw_range.partition_name, v_default],
            'access exclusive',
            parent_mode => 'access exclusive',
            patience => drop_raw_range.patience
        );
    end if;
    if perf_internal.count_pending_rows(
        drop_raw_range.pipeline, drop_raw_range.range_start, drop_raw_range.range_end, 1
    ) > 0 then
        kept_because := 'some of its rows are not rolled up yet';
        return;
    end if;
    if drop_raw_range.partition_name = v_default then
        execute format(
            'select coalesce(sum(pg_column_size(r)), 0)
            from perf_internal.%1$I as r
            where r.%2$I >= $1
                and r.%2$I < $2',
            v_default,
            v_pipeline.time_column
        )
        into v_bytes
        using drop_raw_range.range_start, drop_raw_range.range_end;
        execute format(
            'delete from perf_internal.%1$I as r
            where r.%2$I >= $1
                and r.%2$I < $2',
            v_default,
            v_pipeline.time_column
        )
        using drop_raw_range.range_start, drop_raw_range.range_end;
        get diagnostics v_rows = row_count;
    else
        -- Also rows that came after the check.
        execute format(
            'select $1 + count(*)
            from perf_internal.%I as r
            where r.transaction_id >= $2 or r.transaction_id = any($3)',
            drop_raw_range.partition_name
        )
        into v_rows
        using
            v_rows,
            txid_snapshot_xmax(v_snapshot),
            array(select txid_snapshot_xip(v_snapshot));
        execute format('drop table perf_internal.%I', drop_raw_range.partition_name);
        delete from perf_internal.raw_partitions as p
        where p.partition_name = drop_raw_range.partition_name;
    end if;
    insert into perf_internal.dropped_ranges as x (
        pipeline, range_start, range_end, row_count, bytes
    )
    values (
        drop_raw_range.pipeline,
        drop_raw_range.range_start,
        drop_raw_range.range_end,
        v_rows,
        v_bytes
    )
    on conflict (pipeline, range_start) do update
        set range_end = greatest(x.range_end, excluded.range_end),
            row_count = x.row_count + excluded.row_count,
            bytes = x.bytes + excluded.bytes,
            dropped_at = excluded.dropped_at;
    dropped_rows := v_rows;
    freed_bytes := v_bytes;
exception
    when sqlstate 'PT409' then
        kept_because := sqlerrm;
    when dependent_objects_still_exist then
        kept_because := 'a view or foreign key depends on it';
end
$$;

comment on function perf_internal.drop_raw_range is
    'Removes the raw rows of one range from one table, unless some are not rolled up, something depends on the table, or other sessions lock it for longer than patience.';

revoke execute on function perf_internal.drop_raw_range from public;
