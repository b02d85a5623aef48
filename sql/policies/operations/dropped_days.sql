alter table perf_internal.dropped_days enable row level security;

grant select on perf_internal.dropped_days
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists dropped_days_select_reader on perf_internal.dropped_days;
create policy dropped_days_select_reader on perf_internal.dropped_days
    for select to authenticated
    using (
        (select perf.has_role((select auth.uid()), 'analyst'))
        or (select perf.has_role((select auth.uid()), 'admin'))
    );

drop policy if exists dropped_days_select_login on perf_internal.dropped_days;
create policy dropped_days_select_login on perf_internal.dropped_days
    for select to service_role, perf_admin, perf_analyst
    using (true);
