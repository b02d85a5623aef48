alter table perf_internal.audit_head enable row level security;

grant select on perf_internal.audit_head
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists audit_head_select_reader on perf_internal.audit_head;
create policy audit_head_select_reader on perf_internal.audit_head
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists audit_head_select_login on perf_internal.audit_head;
create policy audit_head_select_login on perf_internal.audit_head
    for select to service_role, perf_admin, perf_analyst
    using (true);
