alter table perf_internal.dropped_ranges enable row level security;

grant select on perf_internal.dropped_ranges
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists dropped_ranges_select_reader on perf_internal.dropped_ranges;
create policy dropped_ranges_select_reader on perf_internal.dropped_ranges
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists dropped_ranges_select_login on perf_internal.dropped_ranges;
create policy dropped_ranges_select_login on perf_internal.dropped_ranges
    for select to service_role, perf_admin, perf_analyst
    using (true);
