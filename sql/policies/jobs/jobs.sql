alter table perf.jobs enable row level security;

grant select on perf.jobs
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists jobs_select_reader on perf.jobs;
create policy jobs_select_reader on perf.jobs
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists jobs_select_login on perf.jobs;
create policy jobs_select_login on perf.jobs
    for select to service_role, perf_admin, perf_analyst
    using (true);
