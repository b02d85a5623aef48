-- Bytes a job with indexes: raw, and rollups.
select
    (
        select sum(pg_total_relation_size(t.relid))
        from pg_partition_tree('perf.performance_metrics') as t
    )::float8 / %(rows)s,
    pg_total_relation_size('perf_internal.rollups')::float8 / %(rows)s
