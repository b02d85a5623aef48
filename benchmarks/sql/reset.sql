-- As if nothing had ever been recorded.
truncate perf.performance_metrics_raw;
truncate perf_internal.performance_metrics;
update perf_internal.raw_partitions set summarized_ranges = 0;
truncate bench.raw;
truncate seed.performance_metrics_raw, seed.performance_metrics_hourly;
drop table if exists bench.hourly;
