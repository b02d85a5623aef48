alter table perf_internal.pipelines enable row level security;

grant select on perf_internal.pipelines
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists pipelines_select_reader on perf_internal.pipelines;
create policy pipelines_select_reader on perf_internal.pipelines
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists pipelines_select_login on perf_internal.pipelines;
create policy pipelines_select_login on perf_internal.pipelines
    for select to service_role, perf_admin, perf_analyst
    using (true);
