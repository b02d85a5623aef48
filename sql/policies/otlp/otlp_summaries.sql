alter table perf_internal.otlp_summaries enable row level security;

grant select on perf_internal.otlp_summaries
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists otlp_summaries_select_reader on perf_internal.otlp_summaries;
create policy otlp_summaries_select_reader on perf_internal.otlp_summaries
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
