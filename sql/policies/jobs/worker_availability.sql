alter table perf.worker_availability enable row level security;

grant select on perf.worker_availability
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists worker_availability_select_reader on perf.worker_availability;
create policy worker_availability_select_reader on perf.worker_availability
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));

grant insert, update, delete on perf.worker_availability to authenticated, service_role, perf_admin;

drop policy if exists worker_availability_insert_admin on perf.worker_availability;
create policy worker_availability_insert_admin on perf.worker_availability
    for insert to authenticated, service_role, perf_admin
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists worker_availability_update_admin on perf.worker_availability;
create policy worker_availability_update_admin on perf.worker_availability
    for update to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')))
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists worker_availability_delete_admin on perf.worker_availability;
create policy worker_availability_delete_admin on perf.worker_availability
    for delete to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')));
