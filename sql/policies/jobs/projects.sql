alter table perf.projects enable row level security;

grant select on perf.projects
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists projects_select_reader on perf.projects;
create policy projects_select_reader on perf.projects
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists projects_select_login on perf.projects;
create policy projects_select_login on perf.projects
    for select to service_role, perf_admin, perf_analyst
    using (true);

grant insert, update, delete on perf.projects to authenticated, service_role, perf_admin;

drop policy if exists projects_insert_admin on perf.projects;
create policy projects_insert_admin on perf.projects
    for insert to authenticated
    with check ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists projects_update_admin on perf.projects;
create policy projects_update_admin on perf.projects
    for update to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'admin')))
    with check ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists projects_delete_admin on perf.projects;
create policy projects_delete_admin on perf.projects
    for delete to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists projects_insert_login on perf.projects;
create policy projects_insert_login on perf.projects
    for insert to service_role, perf_admin
    with check (true);

drop policy if exists projects_update_login on perf.projects;
create policy projects_update_login on perf.projects
    for update to service_role, perf_admin
    using (true)
    with check (true);

drop policy if exists projects_delete_login on perf.projects;
create policy projects_delete_login on perf.projects
    for delete to service_role, perf_admin
    using (true);
