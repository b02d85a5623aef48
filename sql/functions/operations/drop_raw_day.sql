-- Once others are locked out it asks whether every call is rolled up, by a run that has committed: so
-- whoever waited for the drop finds in the rollups what was dropped. That needs a snapshot newer
-- than the lock, so read committed.
create or replace function perf_internal.drop_raw_day(
    day date,
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
    v_start timestamptz := drop_raw_day.day::timestamp at time zone 'UTC';
    v_end timestamptz := (drop_raw_day.day + 1)::timestamp at time zone 'UTC';
    v_is_default boolean := drop_raw_day.partition_name = 'performance_metrics_raw_default';
begin
    dropped_rows := 0;
    freed_bytes := 0;
    if v_is_default then
        perform perf_internal.lock_calls(
            array[drop_raw_day.partition_name],
            'share row exclusive',
            patience => drop_raw_day.patience
        );
    else
        -- Dynamic because the name of a table cannot be a parameter.
        execute format('select count(*) from perf_internal.%I', drop_raw_day.partition_name)
        into dropped_rows;
        freed_bytes := pg_total_relation_size(
            format('perf_internal.%I', drop_raw_day.partition_name)::regclass
        );
        -- The default partition too, because drop table locks it, without a limit to its patience.
        perform perf_internal.lock_calls(
            array[drop_raw_day.partition_name, 'performance_metrics_raw_default'],
            'access exclusive',
            parent_mode => 'access exclusive',
            patience => drop_raw_day.patience
        );
    end if;
    if exists (
        select 1
        from perf_internal.summarize_calls(true, start_time => v_start, end_time => v_end) as c
    ) then
        kept_because := 'some of its calls are not rolled up yet';
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
    when dependent_objects_still_exist then
        kept_because := 'a view or foreign key depends on it';
        dropped_rows := 0;
        freed_bytes := 0;
end
$$;

comment on function perf_internal.drop_raw_day is
    'Removes the raw calls of one day from one table, unless some are not rolled up, something depends on the table, or others hold it for longer than patience.';

revoke execute on function perf_internal.drop_raw_day from public;
