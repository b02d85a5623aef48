alter table perf.model_performance_metrics enable row level security;

grant select on perf.model_performance_metrics
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists model_performance_metrics_select_reader on perf.model_performance_metrics;
create policy model_performance_metrics_select_reader on perf.model_performance_metrics
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
