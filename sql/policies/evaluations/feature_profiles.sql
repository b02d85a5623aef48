alter table perf_internal.feature_profiles enable row level security;

grant select on perf_internal.feature_profiles
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists feature_profiles_select_reader on perf_internal.feature_profiles;
create policy feature_profiles_select_reader on perf_internal.feature_profiles
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists feature_profiles_select_login on perf_internal.feature_profiles;
create policy feature_profiles_select_login on perf_internal.feature_profiles
    for select to service_role, perf_admin, perf_analyst
    using (true);
