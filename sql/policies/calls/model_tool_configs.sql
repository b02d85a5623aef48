alter table perf.model_tool_configs enable row level security;

grant select on perf.model_tool_configs
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists model_tool_configs_select_reader on perf.model_tool_configs;
create policy model_tool_configs_select_reader on perf.model_tool_configs
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
