alter table perf.performance_metrics_hourly enable row level security;

grant select on perf.performance_metrics_hourly
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists performance_metrics_hourly_select_reader on perf.performance_metrics_hourly;
create policy performance_metrics_hourly_select_reader on perf.performance_metrics_hourly
    for select to authenticated
    using (
        (select perf.has_role((select auth.uid()), 'analyst'))
        or (select perf.has_role((select auth.uid()), 'admin'))
    );

drop policy if exists performance_metrics_hourly_select_login on perf.performance_metrics_hourly;
create policy performance_metrics_hourly_select_login on perf.performance_metrics_hourly
    for select to service_role, perf_admin, perf_analyst
    using (true);
