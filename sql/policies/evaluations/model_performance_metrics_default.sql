-- No grant and no policy: queries of perf.model_performance_metrics reach these rows, and the policies of
-- that table decide. ensure_partitions() makes the monthly partitions in the same way.
alter table perf_internal.model_performance_metrics_default enable row level security;
