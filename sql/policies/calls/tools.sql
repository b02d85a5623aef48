alter table perf.tools enable row level security;

grant select on perf.tools
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists tools_select_reader on perf.tools;
create policy tools_select_reader on perf.tools
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists tools_select_login on perf.tools;
create policy tools_select_login on perf.tools
    for select to service_role, perf_admin, perf_analyst
    using (true);
