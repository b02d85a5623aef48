alter table perf.model_drift_checks enable row level security;

grant select on perf.model_drift_checks
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists model_drift_checks_select_reader on perf.model_drift_checks;
create policy model_drift_checks_select_reader on perf.model_drift_checks
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists model_drift_checks_select_login on perf.model_drift_checks;
create policy model_drift_checks_select_login on perf.model_drift_checks
    for select to service_role, perf_admin, perf_analyst
    using (true);
