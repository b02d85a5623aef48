alter table perf_internal.feature_profiles enable row level security;

grant select on perf_internal.feature_profiles
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists feature_profiles_select_reader on perf_internal.feature_profiles;
create policy feature_profiles_select_reader on perf_internal.feature_profiles
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
