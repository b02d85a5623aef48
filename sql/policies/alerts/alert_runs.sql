alter table perf_internal.alert_runs enable row level security;

grant select on perf_internal.alert_runs
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists alert_runs_select_reader on perf_internal.alert_runs;
create policy alert_runs_select_reader on perf_internal.alert_runs
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
