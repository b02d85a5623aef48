alter table perf.scenes enable row level security;

grant select on perf.scenes
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists scenes_select_reader on perf.scenes;
create policy scenes_select_reader on perf.scenes
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));

grant insert, update, delete on perf.scenes to authenticated, service_role, perf_admin;

drop policy if exists scenes_insert_admin on perf.scenes;
create policy scenes_insert_admin on perf.scenes
    for insert to authenticated, service_role, perf_admin
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists scenes_update_admin on perf.scenes;
create policy scenes_update_admin on perf.scenes
    for update to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')))
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists scenes_delete_admin on perf.scenes;
create policy scenes_delete_admin on perf.scenes
    for delete to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')));
