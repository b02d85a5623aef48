alter table perf.alert_events enable row level security;

grant select on perf.alert_events
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists alert_events_select_reader on perf.alert_events;
create policy alert_events_select_reader on perf.alert_events
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists alert_events_select_login on perf.alert_events;
create policy alert_events_select_login on perf.alert_events
    for select to service_role, perf_admin, perf_analyst
    using (true);
