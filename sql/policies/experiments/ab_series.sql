alter table perf_internal.ab_series enable row level security;

grant select on perf_internal.ab_series
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists ab_series_select_reader on perf_internal.ab_series;
create policy ab_series_select_reader on perf_internal.ab_series
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
