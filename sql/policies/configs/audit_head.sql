alter table perf_internal.audit_head enable row level security;

grant select on perf_internal.audit_head
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists audit_head_select_reader on perf_internal.audit_head;
create policy audit_head_select_reader on perf_internal.audit_head
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
