alter table perf.slo_objectives enable row level security;

grant select on perf.slo_objectives
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists slo_objectives_select_reader on perf.slo_objectives;
create policy slo_objectives_select_reader on perf.slo_objectives
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists slo_objectives_select_login on perf.slo_objectives;
create policy slo_objectives_select_login on perf.slo_objectives
    for select to service_role, perf_admin, perf_analyst
    using (true);

grant insert, update, delete on perf.slo_objectives to authenticated, service_role, perf_admin;

drop policy if exists slo_objectives_insert_admin on perf.slo_objectives;
create policy slo_objectives_insert_admin on perf.slo_objectives
    for insert to authenticated
    with check ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists slo_objectives_update_admin on perf.slo_objectives;
create policy slo_objectives_update_admin on perf.slo_objectives
    for update to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'admin')))
    with check ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists slo_objectives_delete_admin on perf.slo_objectives;
create policy slo_objectives_delete_admin on perf.slo_objectives
    for delete to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists slo_objectives_insert_login on perf.slo_objectives;
create policy slo_objectives_insert_login on perf.slo_objectives
    for insert to service_role, perf_admin
    with check (true);

drop policy if exists slo_objectives_update_login on perf.slo_objectives;
create policy slo_objectives_update_login on perf.slo_objectives
    for update to service_role, perf_admin
    using (true)
    with check (true);

drop policy if exists slo_objectives_delete_login on perf.slo_objectives;
create policy slo_objectives_delete_login on perf.slo_objectives
    for delete to service_role, perf_admin
    using (true);

-- Here, because the functions of this room are applied before those of configs.
create or replace trigger queue_audit_entry
    after insert or update or delete on perf.slo_objectives
    for each row execute function perf_internal.queue_audit_entry('id');
