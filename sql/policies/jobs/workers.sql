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

grant insert, update, delete on perf.workers to authenticated, service_role, perf_admin;

drop policy if exists workers_insert_admin on perf.workers;
create policy workers_insert_admin on perf.workers
    for insert to authenticated
    with check ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists workers_update_admin on perf.workers;
create policy workers_update_admin on perf.workers
    for update to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'admin')))
    with check ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists workers_delete_admin on perf.workers;
create policy workers_delete_admin on perf.workers
    for delete to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists workers_insert_login on perf.workers;
create policy workers_insert_login on perf.workers
    for insert to service_role, perf_admin
    with check (true);

drop policy if exists workers_update_login on perf.workers;
create policy workers_update_login on perf.workers
    for update to service_role, perf_admin
    using (true)
    with check (true);

drop policy if exists workers_delete_login on perf.workers;
create policy workers_delete_login on perf.workers
    for delete to service_role, perf_admin
    using (true);
