alter table perf.characters enable row level security;

grant select on perf.characters
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists characters_select_reader on perf.characters;
create policy characters_select_reader on perf.characters
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists characters_select_login on perf.characters;
create policy characters_select_login on perf.characters
    for select to service_role, perf_admin, perf_analyst
    using (true);

grant insert, update, delete on perf.characters to authenticated, service_role, perf_admin;

drop policy if exists characters_insert_admin on perf.characters;
create policy characters_insert_admin on perf.characters
    for insert to authenticated
    with check ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists characters_update_admin on perf.characters;
create policy characters_update_admin on perf.characters
    for update to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'admin')))
    with check ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists characters_delete_admin on perf.characters;
create policy characters_delete_admin on perf.characters
    for delete to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists characters_insert_login on perf.characters;
create policy characters_insert_login on perf.characters
    for insert to service_role, perf_admin
    with check (true);

drop policy if exists characters_update_login on perf.characters;
create policy characters_update_login on perf.characters
    for update to service_role, perf_admin
    using (true)
    with check (true);

drop policy if exists characters_delete_login on perf.characters;
create policy characters_delete_login on perf.characters
    for delete to service_role, perf_admin
    using (true);
