-- No grant and no policy: rows are reached through perf.performance_metrics_raw, whose policies
-- then decide. The daily partitions are made the same way.
alter table perf_internal.performance_metrics_raw_default enable row level security;
