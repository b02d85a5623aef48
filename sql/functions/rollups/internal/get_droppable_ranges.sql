-- Dynamic because each pipeline has its own table.
create or replace function perf_internal.get_droppable_ranges(
    pipeline text,
    cutoff timestamptz
)
returns table (range_start timestamptz, range_end timestamptz, partition_name text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
    v_pipeline perf_internal.pipelines := perf_internal.get_pipeline(get_droppable_ranges.pipeline);
    v_default text := perf_internal.get_default_partition(v_pipeline.raw_table);
begin
    return query
    select p.range_start, p.range_end, p.partition_name
    from perf_internal.raw_partitions as p
    where p.pipeline = get_droppable_ranges.pipeline
        and p.range_end <= get_droppable_ranges.cutoff;
    return query execute format(
        'select distinct date_trunc(%1$L, r.%2$I, ''UTC''), date_trunc(%1$L, r.%2$I, ''UTC'') + $1, %3$L
        from perf_internal.%3$I as r
        where date_trunc(%1$L, r.%2$I, ''UTC'') + $1 <= $2',
        case v_pipeline.partition_width when '1 day' then 'day' else 'month' end,
        v_pipeline.time_column,
        v_default
    )
    using v_pipeline.partition_width, get_droppable_ranges.cutoff;
end
$$;

comment on function perf_internal.get_droppable_ranges is
    'Ranges of raw rows that lie before a cutoff, with the table they are in; none for a null cutoff.';

revoke execute on function perf_internal.get_droppable_ranges from public;
