alter table perf.audit_log enable row level security;

grant select on perf.audit_log
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists audit_log_select_reader on perf.audit_log;
create policy audit_log_select_reader on perf.audit_log
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists audit_log_select_login on perf.audit_log;
create policy audit_log_select_login on perf.audit_log
    for select to service_role, perf_admin, perf_analyst
    using (true);
