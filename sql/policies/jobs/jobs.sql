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

grant insert, update, delete on perf.jobs to authenticated, service_role, perf_admin;

drop policy if exists jobs_insert_admin on perf.jobs;
create policy jobs_insert_admin on perf.jobs
    for insert to authenticated
    with check ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists jobs_update_admin on perf.jobs;
create policy jobs_update_admin on perf.jobs
    for update to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'admin')))
    with check ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists jobs_delete_admin on perf.jobs;
create policy jobs_delete_admin on perf.jobs
    for delete to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists jobs_insert_login on perf.jobs;
create policy jobs_insert_login on perf.jobs
    for insert to service_role, perf_admin
    with check (true);

drop policy if exists jobs_update_login on perf.jobs;
create policy jobs_update_login on perf.jobs
    for update to service_role, perf_admin
    using (true)
    with check (true);

drop policy if exists jobs_delete_login on perf.jobs;
create policy jobs_delete_login on perf.jobs
    for delete to service_role, perf_admin
    using (true);
