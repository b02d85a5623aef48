alter table perf.model_tool_configs enable row level security;

grant select on perf.model_tool_configs
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists model_tool_configs_select_reader on perf.model_tool_configs;
create policy model_tool_configs_select_reader on perf.model_tool_configs
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists model_tool_configs_select_login on perf.model_tool_configs;
create policy model_tool_configs_select_login on perf.model_tool_configs
    for select to service_role, perf_admin, perf_analyst
    using (true);
