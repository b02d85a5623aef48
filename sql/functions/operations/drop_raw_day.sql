-- The caller holds lock_rollup().
create or replace function perf_internal.drop_raw_day(
    day date,
    partition_name text,
    out dropped_rows bigint,
    out freed_bytes bigint,
    out kept_because text
)
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
#variable_conflict use_column
declare
    v_start timestamptz := drop_raw_day.day::timestamp at time zone 'UTC';
    v_end timestamptz := (drop_raw_day.day + 1)::timestamp at time zone 'UTC';
    v_is_partition boolean := drop_raw_day.partition_name <> 'performance_metrics_raw_default';
begin
    -- Dynamic because the name of a table cannot be a parameter.
    execute format(
        'lock table perf_internal.%I in %s mode',
        drop_raw_day.partition_name,
        case when v_is_partition then 'access exclusive' else 'share row exclusive' end
    );
    perform perf.aggregate_performance_metrics();
    dropped_rows := 0;
    freed_bytes := 0;
    select format('%s buckets differ from their raw calls, first %s', count(*), min(v.time_bucket))
    into kept_because
    from perf.verify_performance_metrics(v_start, v_end) as v
    where v.granularity <> 'weekly'
    having count(*) > 0;
    if kept_because is not null then
        return;
    end if;
    if v_is_partition then
        execute format('select count(*) from perf_internal.%I', drop_raw_day.partition_name)
        into dropped_rows;
        freed_bytes := pg_total_relation_size(
            format('perf_internal.%I', drop_raw_day.partition_name)::regclass
        );
        execute format('drop table perf_internal.%I', drop_raw_day.partition_name);
        delete from perf_internal.raw_partitions as p
        where p.partition_name = drop_raw_day.partition_name;
    else
        with deleted as (
            delete from perf_internal.performance_metrics_raw_default as r
            where r.call_timestamp >= v_start
                and r.call_timestamp < v_end
            returning pg_column_size(r.*) as bytes
        )
        select count(*), coalesce(sum(d.bytes), 0)
        into dropped_rows, freed_bytes
        from deleted as d;
    end if;
    insert into perf_internal.dropped_days as x (day, calls, bytes)
    values (drop_raw_day.day, dropped_rows, freed_bytes)
    on conflict (day) do update
        set calls = x.calls + excluded.calls,
            bytes = x.bytes + excluded.bytes,
            dropped_at = excluded.dropped_at;
end
$$;

comment on function perf_internal.drop_raw_day is
    'Removes the raw calls of one day from one table, unless its rollups do not say the same.';

revoke execute on function perf_internal.drop_raw_day from public;
