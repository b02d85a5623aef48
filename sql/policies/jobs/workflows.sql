alter table perf.workflows enable row level security;

grant select on perf.workflows
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists workflows_select_reader on perf.workflows;
create policy workflows_select_reader on perf.workflows
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists workflows_select_login on perf.workflows;
create policy workflows_select_login on perf.workflows
    for select to service_role, perf_admin, perf_analyst
    using (true);

grant insert, update, delete on perf.workflows to authenticated, service_role, perf_admin;

drop policy if exists workflows_insert_admin on perf.workflows;
create policy workflows_insert_admin on perf.workflows
    for insert to authenticated
    with check ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists workflows_update_admin on perf.workflows;
create policy workflows_update_admin on perf.workflows
    for update to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'admin')))
    with check ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists workflows_delete_admin on perf.workflows;
create policy workflows_delete_admin on perf.workflows
    for delete to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists workflows_insert_login on perf.workflows;
create policy workflows_insert_login on perf.workflows
    for insert to service_role, perf_admin
    with check (true);

drop policy if exists workflows_update_login on perf.workflows;
create policy workflows_update_login on perf.workflows
    for update to service_role, perf_admin
    using (true)
    with check (true);

drop policy if exists workflows_delete_login on perf.workflows;
create policy workflows_delete_login on perf.workflows
    for delete to service_role, perf_admin
    using (true);
