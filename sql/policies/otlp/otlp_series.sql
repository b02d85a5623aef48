alter table perf_internal.otlp_series enable row level security;

grant select on perf_internal.otlp_series
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists otlp_series_select_reader on perf_internal.otlp_series;
create policy otlp_series_select_reader on perf_internal.otlp_series
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
