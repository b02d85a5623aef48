alter table perf.worker_availability enable row level security;

grant select on perf.worker_availability
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists worker_availability_select_reader on perf.worker_availability;
create policy worker_availability_select_reader on perf.worker_availability
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists worker_availability_select_login on perf.worker_availability;
create policy worker_availability_select_login on perf.worker_availability
    for select to service_role, perf_admin, perf_analyst
    using (true);

grant insert, update, delete on perf.worker_availability to authenticated, service_role, perf_admin;

drop policy if exists worker_availability_insert_admin on perf.worker_availability;
create policy worker_availability_insert_admin on perf.worker_availability
    for insert to authenticated
    with check ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists worker_availability_update_admin on perf.worker_availability;
create policy worker_availability_update_admin on perf.worker_availability
    for update to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'admin')))
    with check ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists worker_availability_delete_admin on perf.worker_availability;
create policy worker_availability_delete_admin on perf.worker_availability
    for delete to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists worker_availability_insert_login on perf.worker_availability;
create policy worker_availability_insert_login on perf.worker_availability
    for insert to service_role, perf_admin
    with check (true);

drop policy if exists worker_availability_update_login on perf.worker_availability;
create policy worker_availability_update_login on perf.worker_availability
    for update to service_role, perf_admin
    using (true)
    with check (true);

drop policy if exists worker_availability_delete_login on perf.worker_availability;
create policy worker_availability_delete_login on perf.worker_availability
    for delete to service_role, perf_admin
    using (true);
