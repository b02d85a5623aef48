alter table perf_internal.alert_states enable row level security;

grant select on perf_internal.alert_states
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists alert_states_select_reader on perf_internal.alert_states;
create policy alert_states_select_reader on perf_internal.alert_states
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
