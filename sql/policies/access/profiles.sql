alter table perf.profiles enable row level security;

grant select on perf.profiles to authenticated, service_role, perf_admin, perf_analyst;
grant insert, update, delete on perf.profiles to authenticated, service_role, perf_admin;

drop policy if exists profiles_select_self on perf.profiles;
create policy profiles_select_self on perf.profiles
    for select to authenticated
    using (id = (select perf_internal.get_user_id()));

drop policy if exists profiles_select_analyst on perf.profiles;
create policy profiles_select_analyst on perf.profiles
    for select to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'analyst')));

drop policy if exists profiles_all_admin on perf.profiles;
create policy profiles_all_admin on perf.profiles
    for all to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'admin')))
    with check ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists profiles_select_login on perf.profiles;
create policy profiles_select_login on perf.profiles
    for select to perf_analyst
    using (true);

drop policy if exists profiles_all_login on perf.profiles;
create policy profiles_all_login on perf.profiles
    for all to service_role, perf_admin
    using (true)
    with check (true);
