-- The tables that `pgkit distribute` spreads over nodes, in the order of locks: raw tables and rollups by
-- their series; the state of the runs, which every node gets a copy of. Partitions go with their table. Of
-- what was never analyzed, as after a first load, the size tells about how many rows there are.
select
    t.table_name,
    t.series_column,
    perf_internal.is_distributed(t.table_name::regclass) as is_distributed,
    coalesce(sum(
        case
            when c.relkind <> 'r' then 0
            when c.relpages > 0
                then c.reltuples * pg_relation_size(c.oid)
                    / (c.relpages * current_setting('block_size')::double precision)
            else pg_relation_size(c.oid) / 150
        end
    ), 0)::bigint as row_count,
    coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint as bytes,
    count(*) filter (where c.relkind = 'r') as partition_count
from (
    select p.raw_table as table_name, p.series_column, 1 as number
    from perf_internal.pipelines as p
    union all
    select 'perf_internal.rollups', 'series_id', 2
    union all
    select 'perf_internal.rollup_state', null, 3
) as t
cross join lateral (
    select r.relid
    from pg_catalog.pg_partition_tree(t.table_name::regclass) as r
    union
    select t.table_name::regclass
) as r
join pg_catalog.pg_class as c on c.oid = r.relid
group by t.table_name, t.series_column, t.number
order by t.number, t.table_name
