-- Bytes of raw calls with indexes, and of all else that pgkit has: the rollups above all.
select
    sum(pg_total_relation_size(s.id)) filter (where s.is_raw)::bigint as raw_bytes,
    sum(pg_total_relation_size(s.id)) filter (where not s.is_raw)::bigint as other_bytes
from (
    select
        c.oid as id,
        c.oid in (
            select t.relid
            from pg_partition_tree('perf.performance_metrics_raw') as t
        ) as is_raw
    from pg_class as c
    where c.relnamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
        and c.relkind = 'r'
) as s
