alter table perf.model_alerts enable row level security;

grant select on perf.model_alerts
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists model_alerts_select_reader on perf.model_alerts;
create policy model_alerts_select_reader on perf.model_alerts
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
