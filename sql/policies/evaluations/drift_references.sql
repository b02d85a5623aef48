alter table perf.drift_references enable row level security;

grant select on perf.drift_references
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists drift_references_select_reader on perf.drift_references;
create policy drift_references_select_reader on perf.drift_references
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
