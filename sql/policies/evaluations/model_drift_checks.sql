alter table perf.model_drift_checks enable row level security;

grant select on perf.model_drift_checks
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists model_drift_checks_select_reader on perf.model_drift_checks;
create policy model_drift_checks_select_reader on perf.model_drift_checks
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
