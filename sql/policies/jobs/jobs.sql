alter table perf.jobs enable row level security;

grant select on perf.jobs
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists jobs_select_reader on perf.jobs;
create policy jobs_select_reader on perf.jobs
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));

grant insert, update, delete on perf.jobs to authenticated, service_role, perf_admin;

drop policy if exists jobs_insert_admin on perf.jobs;
create policy jobs_insert_admin on perf.jobs
    for insert to authenticated, service_role, perf_admin
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists jobs_update_admin on perf.jobs;
create policy jobs_update_admin on perf.jobs
    for update to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')))
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists jobs_delete_admin on perf.jobs;
create policy jobs_delete_admin on perf.jobs
    for delete to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')));
