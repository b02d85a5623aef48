alter table perf_internal.trained_models enable row level security;

grant select on perf_internal.trained_models
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists trained_models_select_reader on perf_internal.trained_models;
create policy trained_models_select_reader on perf_internal.trained_models
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
