alter table perf.metrics enable row level security;

grant select on perf.metrics
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists metrics_select_reader on perf.metrics;
create policy metrics_select_reader on perf.metrics
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists metrics_select_login on perf.metrics;
create policy metrics_select_login on perf.metrics
    for select to service_role, perf_admin, perf_analyst
    using (true);
