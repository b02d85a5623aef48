alter table perf_internal.dropped_ranges enable row level security;

grant select on perf_internal.dropped_ranges
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists dropped_ranges_select_reader on perf_internal.dropped_ranges;
create policy dropped_ranges_select_reader on perf_internal.dropped_ranges
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
