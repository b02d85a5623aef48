alter table perf.performance_metrics_daily enable row level security;

grant select on perf.performance_metrics_daily
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists performance_metrics_daily_select_reader on perf.performance_metrics_daily;
create policy performance_metrics_daily_select_reader on perf.performance_metrics_daily
    for select to authenticated
    using (
        (select perf.has_role((select auth.uid()), 'analyst'))
        or (select perf.has_role((select auth.uid()), 'admin'))
    );

drop policy if exists performance_metrics_daily_select_login on perf.performance_metrics_daily;
create policy performance_metrics_daily_select_login on perf.performance_metrics_daily
    for select to service_role, perf_admin, perf_analyst
    using (true);
