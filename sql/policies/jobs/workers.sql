alter table perf.workers enable row level security;

grant select on perf.workers
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists workers_select_reader on perf.workers;
create policy workers_select_reader on perf.workers
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));

grant insert, update, delete on perf.workers to authenticated, service_role, perf_admin;

drop policy if exists workers_insert_admin on perf.workers;
create policy workers_insert_admin on perf.workers
    for insert to authenticated, service_role, perf_admin
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists workers_update_admin on perf.workers;
create policy workers_update_admin on perf.workers
    for update to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')))
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists workers_delete_admin on perf.workers;
create policy workers_delete_admin on perf.workers
    for delete to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')));
