-- security definer: only the owner may drop tables; the caller is checked first. A range goes only
-- when its rows are rolled up and verified. A writer that waits for the drop inserts its row into
-- the default partition. A range that another transaction has locked stays until the next cleanup,
-- because to wait for it would make other sessions wait. A cleanup that is killed has removed
-- nothing. Of two at once, the second waits and then finds nothing to do.
--
-- It needs a transaction of its own. A report that waits for the drop would miss rows that a run
-- in the same transaction has rolled up, and locks taken before could end in a deadlock.
create or replace function perf_internal.cleanup_old_performance_data(as_of timestamptz)
returns table (
    pipeline text,
    level text,
    name text,
    dropped_rows bigint,
    freed_bytes bigint,
    kept_because text
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO'
as $$
#variable_conflict use_column
declare
    v_patience interval := interval '5 seconds';
    v_table record;
    v_level record;
    v_others text[];
begin
    perform perf_internal.require_role('admin');
    -- A later time would remove data that is to be kept. The clock of a caller may be a little
    -- ahead.
    perform perf_internal.check_as_of(
        cleanup_old_performance_data.as_of, latest => now() + interval '1 hour'
    );
    perform perf_internal.lock_partitions('cleanup');
    -- Materialized, so that all ranges are checked before the first is dropped. From the first
    -- drop on, all sessions wait until this transaction ends, so it must not wait for anything
    -- then. The default partition comes last, because a session that waits for it with a late row
    -- has locked the whole table.
    for v_table in
        with checked as materialized (
            select
                p.pipeline,
                x.*,
                case
                    -- Without a lock, because this may read the whole range. drop_raw_range() asks
                    -- again.
                    when perf_internal.count_pending_rows(
                        p.pipeline, x.range_start, x.range_end, 1
                    ) > 0
                    then 'some of its rows are not rolled up yet'
                    else (
                        select format(
                            '%s buckets differ from their raw rows, first %s',
                            count(*),
                            min(v.time_bucket)
                        )
                        from perf_internal.verify_performance_metrics(
                            x.range_start, x.range_end, p.pipeline
                        ) as v
                        where v.granularity <> 'weekly'
                        having count(*) > 0
                    )
                end as kept_because
            from perf_internal.pipelines as p
            join perf.retention as t on t.pipeline = p.pipeline and t.level = 'raw'
            cross join lateral (
                select r.partition_name, r.range_start, r.range_end, false as is_default
                from perf_internal.raw_partitions as r
                where r.pipeline = p.pipeline
                union all
                select
                    perf_internal.get_default_partition(p.raw_table),
                    d.range_start,
                    d.range_end,
                    true
                from perf_internal.get_default_ranges(p.pipeline) as d
            ) as x
            where x.range_end <= date_trunc(
                'day', cleanup_old_performance_data.as_of - t.keep, 'UTC'
            )
        )
        select c.*
        from checked as c
        order by c.is_default, c.pipeline, c.range_start
    loop
        pipeline := v_table.pipeline;
        level := 'raw';
        name := v_table.partition_name;
        dropped_rows := 0;
        freed_bytes := 0;
        kept_because := v_table.kept_because;
        if kept_because is null then
            select r.dropped_rows, r.freed_bytes, r.kept_because
            into dropped_rows, freed_bytes, kept_because
            from perf_internal.drop_raw_range(
                v_table.pipeline,
                v_table.range_start,
                v_table.range_end,
                v_table.partition_name,
                v_patience
            ) as r;
            v_patience := interval '20 milliseconds';
        end if;
        return next;
    end loop;
    for v_level in
        select
            t.pipeline,
            t.level,
            date_trunc('hour', cleanup_old_performance_data.as_of - t.keep) as cutoff
        from perf.retention as t
        join perf_internal.pipelines as p on p.pipeline = t.pipeline
        where t.level in ('hourly', 'daily', 'weekly')
            and t.keep is not null
        order by t.pipeline, t.keep
    loop
        perform perf_internal.lock_rollup(v_level.pipeline);
        perform perf_internal.require_last_run(v_level.pipeline);
        -- Not in the statement, because metrics and rollups may be on several machines.
        v_others := array(
            select m.metric
            from perf.metrics as m
            where m.pipeline <> v_level.pipeline
        );
        -- Measured first: Citus returns no sizes of rows that it deletes. No run writes meanwhile.
        select coalesce(sum(pg_column_size(r)), 0)
        into freed_bytes
        from perf_internal.rollups as r
        where r.granularity = v_level.level
            and r.time_bucket > '-infinity'
            and r.time_bucket < v_level.cutoff
            and r.metric <> all(v_others);
        delete from perf_internal.rollups as r
        where r.granularity = v_level.level
            and r.time_bucket > '-infinity'
            and r.time_bucket < v_level.cutoff
            -- Also rows of metrics that are no longer measured.
            and r.metric <> all(v_others);
        get diagnostics dropped_rows = row_count;
        pipeline := v_level.pipeline;
        level := v_level.level;
        name := 'rollups';
        kept_because := null;
        if dropped_rows > 0 then
            update perf.retention as t
            set deleted_before = greatest(t.deleted_before, v_level.cutoff)
            where t.pipeline = v_level.pipeline
                and t.level = v_level.level;
            -- So that the next run waits until this is over on every machine.
            update perf_internal.rollup_state as s
            set run_id = txid_current()
            where s.pipeline = v_level.pipeline;
            return next;
        end if;
    end loop;
end
$$;

comment on function perf_internal.cleanup_old_performance_data is 'Does the work of perf.cleanup_old_performance_data().';

revoke execute on function perf_internal.cleanup_old_performance_data from public;
grant execute on function perf_internal.cleanup_old_performance_data
    to authenticated, service_role, perf_admin;
