alter table perf.model_prices enable row level security;

grant select on perf.model_prices
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists model_prices_select_reader on perf.model_prices;
create policy model_prices_select_reader on perf.model_prices
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));

grant insert, update, delete on perf.model_prices to authenticated, service_role, perf_admin;

drop policy if exists model_prices_insert_admin on perf.model_prices;
create policy model_prices_insert_admin on perf.model_prices
    for insert to authenticated, service_role, perf_admin
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists model_prices_update_admin on perf.model_prices;
create policy model_prices_update_admin on perf.model_prices
    for update to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')))
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists model_prices_delete_admin on perf.model_prices;
create policy model_prices_delete_admin on perf.model_prices
    for delete to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')));

-- Here, because the functions of this room are applied before those of configs.
create or replace trigger queue_audit_entry
    after insert or update or delete on perf.model_prices
    for each row execute function perf_internal.queue_audit_entry('id');
