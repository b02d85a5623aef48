alter table perf.workflows enable row level security;

grant select on perf.workflows
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists workflows_select_reader on perf.workflows;
create policy workflows_select_reader on perf.workflows
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));

grant insert, update, delete on perf.workflows to authenticated, service_role, perf_admin;

drop policy if exists workflows_insert_admin on perf.workflows;
create policy workflows_insert_admin on perf.workflows
    for insert to authenticated, service_role, perf_admin
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists workflows_update_admin on perf.workflows;
create policy workflows_update_admin on perf.workflows
    for update to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')))
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists workflows_delete_admin on perf.workflows;
create policy workflows_delete_admin on perf.workflows
    for delete to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')));
