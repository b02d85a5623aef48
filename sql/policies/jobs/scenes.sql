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
