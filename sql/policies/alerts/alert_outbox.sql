alter table perf_internal.alert_outbox enable row level security;

grant select on perf_internal.alert_outbox
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists alert_outbox_select_reader on perf_internal.alert_outbox;
create policy alert_outbox_select_reader on perf_internal.alert_outbox
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
