alter table perf.projects enable row level security;

grant select on perf.projects
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists projects_select_reader on perf.projects;
create policy projects_select_reader on perf.projects
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists projects_select_login on perf.projects;
create policy projects_select_login on perf.projects
    for select to service_role, perf_admin, perf_analyst
    using (true);
