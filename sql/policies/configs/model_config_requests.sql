alter table perf.model_config_requests enable row level security;

grant select on perf.model_config_requests
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists model_config_requests_select_reader on perf.model_config_requests;
create policy model_config_requests_select_reader on perf.model_config_requests
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
