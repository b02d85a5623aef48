alter table perf.recorders enable row level security;

grant select on perf.recorders to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists recorders_select_reader on perf.recorders;
create policy recorders_select_reader on perf.recorders
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
