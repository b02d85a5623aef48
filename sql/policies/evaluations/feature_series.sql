alter table perf_internal.feature_series enable row level security;

grant select on perf_internal.feature_series
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists feature_series_select_reader on perf_internal.feature_series;
create policy feature_series_select_reader on perf_internal.feature_series
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
