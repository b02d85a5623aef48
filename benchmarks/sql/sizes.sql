-- Bytes a call with indexes: pgkit, bare, seed.
select
    (
        select sum(pg_total_relation_size(t.relid))
        from pg_partition_tree('perf.performance_metrics_raw') as t
    )::float8 / %(rows)s,
    pg_total_relation_size('bench.raw')::float8 / %(rows)s,
    pg_total_relation_size('seed.performance_metrics_raw')::float8 / %(rows)s
