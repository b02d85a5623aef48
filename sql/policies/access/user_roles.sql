alter table perf.user_roles enable row level security;

grant select on perf.user_roles to authenticated, service_role, perf_admin, perf_analyst;
grant insert, update, delete on perf.user_roles to authenticated, service_role, perf_admin;

-- Everybody sees that they are known, and as what.
drop policy if exists user_roles_select_reader on perf.user_roles;
create policy user_roles_select_reader on perf.user_roles
    for select to authenticated, service_role, perf_admin, perf_analyst
    using (
        (select perf_internal.has_any_role('analyst'))
        or user_id = (select perf_internal.get_user_id())
    );

drop policy if exists user_roles_insert_admin on perf.user_roles;
create policy user_roles_insert_admin on perf.user_roles
    for insert to authenticated, service_role, perf_admin
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists user_roles_update_admin on perf.user_roles;
create policy user_roles_update_admin on perf.user_roles
    for update to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')))
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists user_roles_delete_admin on perf.user_roles;
create policy user_roles_delete_admin on perf.user_roles
    for delete to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')));
