alter table perf.projects enable row level security;

grant select on perf.projects
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists projects_select_reader on perf.projects;
create policy projects_select_reader on perf.projects
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));

grant insert, update, delete on perf.projects to authenticated, service_role, perf_admin;

drop policy if exists projects_insert_admin on perf.projects;
create policy projects_insert_admin on perf.projects
    for insert to authenticated, service_role, perf_admin
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists projects_update_admin on perf.projects;
create policy projects_update_admin on perf.projects
    for update to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')))
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists projects_delete_admin on perf.projects;
create policy projects_delete_admin on perf.projects
    for delete to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')));
