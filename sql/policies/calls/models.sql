alter table perf.models enable row level security;

grant select on perf.models
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists models_select_reader on perf.models;
create policy models_select_reader on perf.models
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
