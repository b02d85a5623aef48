-- No grant and no policy: queries of perf.performance_metrics_raw reach these rows, and the policies
-- of that table decide. ensure_partitions() makes the daily partitions in the same way.
alter table perf_internal.performance_metrics_raw_default enable row level security;
