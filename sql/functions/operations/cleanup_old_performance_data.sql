-- security definer: dropping tables is the owner's right. Nothing goes before it is rolled up and
-- checked; a writer that waits for the drop keeps its call in the default partition. A day that a
-- transaction holds stays until the next time: to wait for it would make others wait. Killed in the
-- middle, nothing has gone; run twice, the second waits and finds nothing.
--
-- In a transaction of its own: a report that waits for the drop would miss what only a run in the same
-- transaction has rolled up, and whoever waits for what it did before could wait in a circle.
create or replace function perf.cleanup_old_performance_data(as_of timestamptz default now())
returns table (level text, name text, dropped_rows bigint, freed_bytes bigint, kept_because text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
    v_keep interval := (select t.keep from perf.retention as t where t.level = 'raw');
    v_raw_cutoff timestamptz := date_trunc(
        'day', cleanup_old_performance_data.as_of - v_keep, 'UTC'
    );
    v_patience interval := interval '5 seconds';
    v_table record;
    v_level record;
begin
    perform perf_internal.check_as_of(cleanup_old_performance_data.as_of);
    perform perf_internal.lock_partitions('cleanup');
    -- Materialized: all are checked before the first is dropped, for from then on everybody waits
    -- until this transaction ends. Nor is there any patience left then, or after one that failed. The
    -- default partition comes last, for who waits for it with a late call holds the whole table.
    for v_table in
        with checked as materialized (
            select x.day, x.partition_name, perf_internal.check_raw_day(x.day) as kept_because
            from perf_internal.get_droppable_days(v_raw_cutoff) as x
        )
        select c.*
        from checked as c
        order by c.partition_name = 'performance_metrics_raw_default', c.day
    loop
        level := 'raw';
        name := v_table.partition_name;
        dropped_rows := 0;
        freed_bytes := 0;
        kept_because := v_table.kept_because;
        if kept_because is null then
            select r.dropped_rows, r.freed_bytes, r.kept_because
            into dropped_rows, freed_bytes, kept_because
            from perf_internal.drop_raw_day(
                v_table.day, v_table.partition_name, v_patience
            ) as r;
            v_patience := interval '20 milliseconds';
        end if;
        return next;
    end loop;
    perform perf_internal.lock_rollup('calls');
    for v_level in
        select t.level, date_trunc('hour', cleanup_old_performance_data.as_of - t.keep) as cutoff
        from perf.retention as t
        where t.level in ('hourly', 'daily', 'weekly')
            and t.keep is not null
        order by t.keep
    loop
        with deleted as (
            delete from perf_internal.performance_metrics as m
            where m.granularity = v_level.level
                and m.time_bucket < v_level.cutoff
            returning pg_column_size(m.*) as bytes
        )
        select
            v_level.level,
            'performance_metrics_' || v_level.level,
            count(*),
            coalesce(sum(d.bytes), 0),
            null
        into level, name, dropped_rows, freed_bytes, kept_because
        from deleted as d;
        if dropped_rows > 0 then
            update perf.retention as t
            set deleted_before = greatest(t.deleted_before, v_level.cutoff)
            where t.level = v_level.level;
            return next;
        end if;
    end loop;
end
$$;

comment on function perf.cleanup_old_performance_data is
    'Removes what perf.retention no longer keeps: whole days of raw calls once they are rolled up and verified, rollup rows by age. Returns what went and the bytes it took, or why a day stayed. Call it in a transaction of its own. Errors: 22023 bad as_of, 55000 not read committed, 55P03 others work on partitions.';

revoke execute on function perf.cleanup_old_performance_data from public;
grant execute on function perf.cleanup_old_performance_data to service_role, perf_admin;
