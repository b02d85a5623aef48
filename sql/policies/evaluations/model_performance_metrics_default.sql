-- No grant, and a policy that lets nobody in. Queries of perf.model_performance_metrics reach these
-- rows, and the policies of that table decide. ensure_partitions() makes the monthly partitions in
-- the same way.
alter table perf_internal.model_performance_metrics_default enable row level security;

drop policy if exists model_performance_metrics_default_all_nobody on perf_internal.model_performance_metrics_default;
create policy model_performance_metrics_default_all_nobody on perf_internal.model_performance_metrics_default
    for all to perf_admin
    using (false);
