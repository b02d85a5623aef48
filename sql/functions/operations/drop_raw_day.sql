-- The caller holds lock_rollup(), so what is pending is what came since its own run. Others are
-- locked out for that question and the drop only, the whole table before the partition, as they lock
-- it themselves. It needs a snapshot newer than the lock, so read committed.
create or replace function perf_internal.drop_raw_day(
    day date,
    partition_name text,
    out dropped_rows bigint,
    out freed_bytes bigint,
    out kept_because text
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_start timestamptz := drop_raw_day.day::timestamp at time zone 'UTC';
    v_end timestamptz := (drop_raw_day.day + 1)::timestamp at time zone 'UTC';
    v_is_default boolean := drop_raw_day.partition_name = 'performance_metrics_raw_default';
begin
    dropped_rows := 0;
    freed_bytes := 0;
    if v_is_default then
        perform perf_internal.lock_calls(
            drop_raw_day.partition_name, 'share row exclusive', patience => '5 seconds'
        );
    else
        -- Dynamic because the name of a table cannot be a parameter.
        execute format('select count(*) from perf_internal.%I', drop_raw_day.partition_name)
        into dropped_rows;
        freed_bytes := pg_total_relation_size(
            format('perf_internal.%I', drop_raw_day.partition_name)::regclass
        );
        perform perf_internal.lock_calls(
            drop_raw_day.partition_name, 'access exclusive', 'access exclusive', '5 seconds'
        );
    end if;
    if exists (
        select 1
        from perf_internal.summarize_calls(true, start_time => v_start, end_time => v_end) as c
    ) then
        kept_because := 'calls came while it was checked';
        dropped_rows := 0;
        freed_bytes := 0;
        return;
    end if;
    if v_is_default then
        with deleted as (
            delete from perf_internal.performance_metrics_raw_default as r
            where r.call_timestamp >= v_start
                and r.call_timestamp < v_end
            returning pg_column_size(r.*) as bytes
        )
        select count(*), coalesce(sum(d.bytes), 0)
        into dropped_rows, freed_bytes
        from deleted as d;
    else
        execute format('drop table perf_internal.%I', drop_raw_day.partition_name);
        delete from perf_internal.raw_partitions as p
        where p.partition_name = drop_raw_day.partition_name;
    end if;
    insert into perf_internal.dropped_days as x (day, calls, bytes)
    values (drop_raw_day.day, dropped_rows, freed_bytes)
    on conflict (day) do update
        set calls = x.calls + excluded.calls,
            bytes = x.bytes + excluded.bytes,
            dropped_at = excluded.dropped_at;
exception
    when lock_not_available then
        kept_because := 'another transaction holds it';
        dropped_rows := 0;
        freed_bytes := 0;
end
$$;

comment on function perf_internal.drop_raw_day is
    'Removes the raw calls of one day from one table, unless some are not rolled up or others hold the table for 5 seconds.';

revoke execute on function perf_internal.drop_raw_day from public;
