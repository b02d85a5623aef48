alter table perf.drift_references enable row level security;

grant select on perf.drift_references
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists drift_references_select_reader on perf.drift_references;
create policy drift_references_select_reader on perf.drift_references
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists drift_references_select_login on perf.drift_references;
create policy drift_references_select_login on perf.drift_references
    for select to service_role, perf_admin, perf_analyst
    using (true);
