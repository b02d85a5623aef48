alter table perf.scenes enable row level security;

grant select on perf.scenes
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists scenes_select_reader on perf.scenes;
create policy scenes_select_reader on perf.scenes
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists scenes_select_login on perf.scenes;
create policy scenes_select_login on perf.scenes
    for select to service_role, perf_admin, perf_analyst
    using (true);

grant insert, update, delete on perf.scenes to authenticated, service_role, perf_admin;

drop policy if exists scenes_insert_admin on perf.scenes;
create policy scenes_insert_admin on perf.scenes
    for insert to authenticated
    with check ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists scenes_update_admin on perf.scenes;
create policy scenes_update_admin on perf.scenes
    for update to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'admin')))
    with check ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists scenes_delete_admin on perf.scenes;
create policy scenes_delete_admin on perf.scenes
    for delete to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists scenes_insert_login on perf.scenes;
create policy scenes_insert_login on perf.scenes
    for insert to service_role, perf_admin
    with check (true);

drop policy if exists scenes_update_login on perf.scenes;
create policy scenes_update_login on perf.scenes
    for update to service_role, perf_admin
    using (true)
    with check (true);

drop policy if exists scenes_delete_login on perf.scenes;
create policy scenes_delete_login on perf.scenes
    for delete to service_role, perf_admin
    using (true);
