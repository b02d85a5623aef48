alter table perf.performance_metrics enable row level security;

grant select on perf.performance_metrics
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists performance_metrics_select_reader on perf.performance_metrics;
create policy performance_metrics_select_reader on perf.performance_metrics
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
