alter table perf.budgets enable row level security;

grant select on perf.budgets
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists budgets_select_reader on perf.budgets;
create policy budgets_select_reader on perf.budgets
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));

grant insert, update, delete on perf.budgets to authenticated, service_role, perf_admin;

drop policy if exists budgets_insert_admin on perf.budgets;
create policy budgets_insert_admin on perf.budgets
    for insert to authenticated, service_role, perf_admin
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists budgets_update_admin on perf.budgets;
create policy budgets_update_admin on perf.budgets
    for update to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')))
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists budgets_delete_admin on perf.budgets;
create policy budgets_delete_admin on perf.budgets
    for delete to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')));

-- Here, because the functions of this room are applied before those of configs.
create or replace trigger queue_audit_entry
    after insert or update or delete on perf.budgets
    for each row execute function perf_internal.queue_audit_entry('id');
