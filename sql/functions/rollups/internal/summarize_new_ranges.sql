-- Without this every run would read all pages since the last autovacuum. It needs the lock that
-- vacuum holds. If vacuum runs, this gives up at once: vacuum summarises too, and to wait would
-- make vacuum cancel itself.
--
-- The last range of the newest partition waits until it is full, because in a summarised range
-- every insert has to widen the summary.
--
-- Without statistics the planner expects the rows of a transaction on all pages, and few rows of a
-- series. Then a read finds no pending rows by their time, with the primary key, and reads all pages
-- for it. Autovacuum analyzes a partition too, but up to a minute later. A small sample is enough.
create or replace function perf_internal.summarize_new_ranges(pipeline text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '50ms'
set default_statistics_target = 10
as $$
declare
    v_partition record;
begin
    for v_partition in
        select
            p.partition_name,
            p.summarized_ranges,
            l.series_column,
            l.time_column,
            i.indexrelid as index_id,
            case
                when p.range_start = max(p.range_start) filter (where s.ranges > 0) over ()
                then floor(s.ranges)
                else ceil(s.ranges)
            end::integer as ranges
        from perf_internal.raw_partitions as p
        join perf_internal.pipelines as l on l.pipeline = p.pipeline
        join pg_index as i on i.indrelid = format('perf_internal.%I', p.partition_name)::regclass
        cross join lateral (
            select pg_relation_size(i.indrelid) / current_setting('block_size')::numeric / 64 as ranges
        ) as s
        join pg_class as c on c.oid = i.indexrelid
        join pg_am as a on a.oid = c.relam and a.amname = 'brin'
        where p.pipeline = summarize_new_ranges.pipeline
    loop
        continue when v_partition.ranges <= v_partition.summarized_ranges;
        perform brin_summarize_range(v_partition.index_id, r * 64::bigint)
        from generate_series(v_partition.summarized_ranges, v_partition.ranges - 1) as r;
        update perf_internal.raw_partitions as p
        set summarized_ranges = v_partition.ranges
        where p.partition_name = v_partition.partition_name;
        if not exists (
            select
            from pg_stats as s
            where s.schemaname = 'perf_internal'
                and s.tablename = v_partition.partition_name
                and s.attname = 'transaction_id'
        ) then
            execute format(
                'analyze perf_internal.%I (transaction_id, %I, %I)',
                v_partition.partition_name,
                v_partition.series_column,
                v_partition.time_column
            );
        end if;
    end loop;
exception
    when lock_not_available then
        null;
end
$$;

comment on function perf_internal.summarize_new_ranges is
    'Summarises the page ranges of the BRIN index on transaction_id that were filled since the last run. In earlier partitions also the last range, which is not full. The first time it also analyzes the partition.';

revoke execute on function perf_internal.summarize_new_ranges from public;
