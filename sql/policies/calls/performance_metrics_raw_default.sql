-- No grant, and a policy that lets nobody in. Queries of perf.performance_metrics_raw reach these
-- rows, and the policies of that table decide. ensure_partitions() makes the daily partitions in
-- the same way.
alter table perf_internal.performance_metrics_raw_default enable row level security;

drop policy if exists performance_metrics_raw_default_all_nobody on perf_internal.performance_metrics_raw_default;
create policy performance_metrics_raw_default_all_nobody on perf_internal.performance_metrics_raw_default
    for all to perf_admin
    using (false);
