alter table perf.model_performance_metrics enable row level security;

grant select on perf.model_performance_metrics
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists model_performance_metrics_select_reader on perf.model_performance_metrics;
create policy model_performance_metrics_select_reader on perf.model_performance_metrics
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists model_performance_metrics_select_login on perf.model_performance_metrics;
create policy model_performance_metrics_select_login on perf.model_performance_metrics
    for select to service_role, perf_admin, perf_analyst
    using (true);
