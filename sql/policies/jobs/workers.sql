alter table perf.workers enable row level security;

grant select on perf.workers
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists workers_select_reader on perf.workers;
create policy workers_select_reader on perf.workers
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists workers_select_login on perf.workers;
create policy workers_select_login on perf.workers
    for select to service_role, perf_admin, perf_analyst
    using (true);
