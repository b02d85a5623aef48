alter table perf.profiles enable row level security;

grant select on perf.profiles to authenticated, service_role, perf_admin, perf_analyst;
grant insert, update, delete on perf.profiles to authenticated, service_role, perf_admin;

drop policy if exists profiles_select_self on perf.profiles;
create policy profiles_select_self on perf.profiles
    for select to authenticated
    using (id = (select auth.uid()));

drop policy if exists profiles_select_analyst on perf.profiles;
create policy profiles_select_analyst on perf.profiles
    for select to authenticated
    using ((select perf.has_role((select auth.uid()), 'analyst')));

drop policy if exists profiles_all_admin on perf.profiles;
create policy profiles_all_admin on perf.profiles
    for all to authenticated
    using ((select perf.has_role((select auth.uid()), 'admin')))
    with check ((select perf.has_role((select auth.uid()), 'admin')));

drop policy if exists profiles_select_login on perf.profiles;
create policy profiles_select_login on perf.profiles
    for select to perf_analyst
    using (true);

drop policy if exists profiles_all_login on perf.profiles;
create policy profiles_all_login on perf.profiles
    for all to service_role, perf_admin
    using (true)
    with check (true);
