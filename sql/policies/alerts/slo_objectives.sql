alter table perf.slo_objectives enable row level security;

grant select on perf.slo_objectives
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists slo_objectives_select_reader on perf.slo_objectives;
create policy slo_objectives_select_reader on perf.slo_objectives
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));

grant insert, update, delete on perf.slo_objectives to authenticated, service_role, perf_admin;

drop policy if exists slo_objectives_insert_admin on perf.slo_objectives;
create policy slo_objectives_insert_admin on perf.slo_objectives
    for insert to authenticated, service_role, perf_admin
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists slo_objectives_update_admin on perf.slo_objectives;
create policy slo_objectives_update_admin on perf.slo_objectives
    for update to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')))
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists slo_objectives_delete_admin on perf.slo_objectives;
create policy slo_objectives_delete_admin on perf.slo_objectives
    for delete to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')));

-- Here, because the functions of this room are applied before those of configs.
create or replace trigger queue_audit_entry
    after insert or update or delete on perf.slo_objectives
    for each row execute function perf_internal.queue_audit_entry('id');
