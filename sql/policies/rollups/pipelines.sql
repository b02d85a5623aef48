alter table perf_internal.pipelines enable row level security;

grant select on perf_internal.pipelines
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists pipelines_select_reader on perf_internal.pipelines;
create policy pipelines_select_reader on perf_internal.pipelines
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
