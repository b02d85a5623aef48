alter table perf.user_roles enable row level security;

grant select on perf.user_roles to authenticated, service_role, perf_admin, perf_analyst;
grant insert, update, delete on perf.user_roles to authenticated, service_role, perf_admin;

drop policy if exists user_roles_select_self on perf.user_roles;
create policy user_roles_select_self on perf.user_roles
    for select to authenticated
    using (user_id = (select perf_internal.get_user_id()));

drop policy if exists user_roles_select_analyst on perf.user_roles;
create policy user_roles_select_analyst on perf.user_roles
    for select to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'analyst')));

drop policy if exists user_roles_all_admin on perf.user_roles;
create policy user_roles_all_admin on perf.user_roles
    for all to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'admin')))
    with check ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists user_roles_select_login on perf.user_roles;
create policy user_roles_select_login on perf.user_roles
    for select to perf_analyst
    using (true);

drop policy if exists user_roles_all_login on perf.user_roles;
create policy user_roles_all_login on perf.user_roles
    for all to service_role, perf_admin
    using (true)
    with check (true);
