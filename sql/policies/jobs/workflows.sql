alter table perf.workflows enable row level security;

grant select on perf.workflows
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists workflows_select_reader on perf.workflows;
create policy workflows_select_reader on perf.workflows
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists workflows_select_login on perf.workflows;
create policy workflows_select_login on perf.workflows
    for select to service_role, perf_admin, perf_analyst
    using (true);
