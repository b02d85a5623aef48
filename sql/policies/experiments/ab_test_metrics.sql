alter table perf.ab_test_metrics enable row level security;

grant select on perf.ab_test_metrics
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists ab_test_metrics_select_reader on perf.ab_test_metrics;
create policy ab_test_metrics_select_reader on perf.ab_test_metrics
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
