alter table perf.performance_metrics_raw enable row level security;

grant select on perf.performance_metrics_raw
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists performance_metrics_raw_select_reader on perf.performance_metrics_raw;
create policy performance_metrics_raw_select_reader on perf.performance_metrics_raw
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
