alter table perf.alert_events enable row level security;

grant select on perf.alert_events
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists alert_events_select_reader on perf.alert_events;
create policy alert_events_select_reader on perf.alert_events
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
