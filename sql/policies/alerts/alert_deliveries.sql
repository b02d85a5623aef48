alter table perf_internal.alert_deliveries enable row level security;

grant select on perf_internal.alert_deliveries
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists alert_deliveries_select_reader on perf_internal.alert_deliveries;
create policy alert_deliveries_select_reader on perf_internal.alert_deliveries
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
