create or replace function perf_internal.get_droppable_days(cutoff timestamptz)
returns table (day date, partition_name text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select p.day, p.partition_name
    from perf_internal.raw_partitions as p
    where p.day < (get_droppable_days.cutoff at time zone 'UTC')::date
    union all
    select distinct (r.call_timestamp at time zone 'UTC')::date, 'performance_metrics_raw_default'
    from perf_internal.performance_metrics_raw_default as r
    where r.call_timestamp < get_droppable_days.cutoff;
$$;

comment on function perf_internal.get_droppable_days is
    'Days of raw calls before a cutoff, with the table they are in; none for a null cutoff.';

revoke execute on function perf_internal.get_droppable_days from public;
