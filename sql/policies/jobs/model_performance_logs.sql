alter table perf.model_performance_logs enable row level security;

grant select on perf.model_performance_logs
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists model_performance_logs_select_reader on perf.model_performance_logs;
create policy model_performance_logs_select_reader on perf.model_performance_logs
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
