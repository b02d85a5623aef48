alter table perf.access_settings enable row level security;

grant select on perf.access_settings to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists access_settings_select_reader on perf.access_settings;
create policy access_settings_select_reader on perf.access_settings
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
