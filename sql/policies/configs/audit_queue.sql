alter table perf_internal.audit_queue enable row level security;

grant select on perf_internal.audit_queue
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists audit_queue_select_reader on perf_internal.audit_queue;
create policy audit_queue_select_reader on perf_internal.audit_queue
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
