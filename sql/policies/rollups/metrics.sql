alter table perf.metrics enable row level security;

grant select on perf.metrics
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists metrics_select_reader on perf.metrics;
create policy metrics_select_reader on perf.metrics
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
