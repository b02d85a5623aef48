alter table perf.profiles enable row level security;

grant select on perf.profiles to authenticated, service_role, perf_admin, perf_analyst;
grant insert, update, delete on perf.profiles to authenticated, service_role, perf_admin;

-- Everybody sees that they are known, and as what.
drop policy if exists profiles_select_reader on perf.profiles;
create policy profiles_select_reader on perf.profiles
    for select to authenticated, service_role, perf_admin, perf_analyst
    using (
        (select perf_internal.has_any_role('analyst'))
        or id = (select perf_internal.get_user_id())
    );

drop policy if exists profiles_insert_admin on perf.profiles;
create policy profiles_insert_admin on perf.profiles
    for insert to authenticated, service_role, perf_admin
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists profiles_update_admin on perf.profiles;
create policy profiles_update_admin on perf.profiles
    for update to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')))
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists profiles_delete_admin on perf.profiles;
create policy profiles_delete_admin on perf.profiles
    for delete to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')));
