alter table perf_internal.rollups enable row level security;

grant select on perf_internal.rollups
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists rollups_select_reader on perf_internal.rollups;
create policy rollups_select_reader on perf_internal.rollups
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
