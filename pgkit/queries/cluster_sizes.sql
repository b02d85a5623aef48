-- How many rows the parts of spread tables have on all nodes, and how many bytes they take there. The
-- coordinator has only empty tables of their names. A partition counts for its table.
select
    t.table_name,
    sum(t.row_count)::bigint as row_count,
    sum(t.bytes)::bigint as bytes
from run_command_on_all_nodes(
    $$select coalesce(json_agg(t), '[]')
    from (
        select
            coalesce(
                pg_partition_root(s.logicalrelid), s.logicalrelid
            )::regclass::text as table_name,
            sum(greatest(c.reltuples, 0)) filter (where c.relkind = 'r') as row_count,
            sum(pg_total_relation_size(c.oid)) as bytes
        from pg_dist_shard as s
        join pg_class as c on c.oid = to_regclass(shard_name(s.logicalrelid, s.shardid))
        where s.shardminvalue is not null
        group by 1
    ) as t$$,
    give_warning_for_connection_errors := false
) as r
cross join lateral json_to_recordset(r.result::json) as t (
    table_name text, row_count double precision, bytes double precision
)
where r.success
group by t.table_name
