alter table perf.audit_log enable row level security;

grant select on perf.audit_log
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists audit_log_select_reader on perf.audit_log;
create policy audit_log_select_reader on perf.audit_log
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
