alter table perf_internal.database_origin enable row level security;

grant select on perf_internal.database_origin
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists database_origin_select_reader on perf_internal.database_origin;
create policy database_origin_select_reader on perf_internal.database_origin
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
