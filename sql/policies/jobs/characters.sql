alter table perf.characters enable row level security;

grant select on perf.characters
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists characters_select_reader on perf.characters;
create policy characters_select_reader on perf.characters
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));

grant insert, update, delete on perf.characters to authenticated, service_role, perf_admin;

drop policy if exists characters_insert_admin on perf.characters;
create policy characters_insert_admin on perf.characters
    for insert to authenticated, service_role, perf_admin
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists characters_update_admin on perf.characters;
create policy characters_update_admin on perf.characters
    for update to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')))
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists characters_delete_admin on perf.characters;
create policy characters_delete_admin on perf.characters
    for delete to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')));
