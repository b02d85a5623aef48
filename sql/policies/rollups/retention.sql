alter table perf.retention enable row level security;

grant select on perf.retention
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists retention_select_reader on perf.retention;
create policy retention_select_reader on perf.retention
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));

grant update (keep) on perf.retention to authenticated, service_role, perf_admin;

drop policy if exists retention_update_admin on perf.retention;
create policy retention_update_admin on perf.retention
    for update to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')))
    with check ((select perf_internal.has_any_role('admin')));
