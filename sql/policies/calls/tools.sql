alter table perf.tools enable row level security;

grant select on perf.tools
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists tools_select_reader on perf.tools;
create policy tools_select_reader on perf.tools
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
