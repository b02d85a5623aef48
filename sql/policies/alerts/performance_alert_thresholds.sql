-- By now the files of sql/metrics have added again what they deleted, and the foreign keys to
-- perf.metrics are checked. A table with checks that wait cannot be altered, as its policies do next.
set constraints all immediate;

alter table perf.performance_alert_thresholds enable row level security;

grant select on perf.performance_alert_thresholds
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists performance_alert_thresholds_select_reader on perf.performance_alert_thresholds;
create policy performance_alert_thresholds_select_reader on perf.performance_alert_thresholds
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));

grant insert, update, delete on perf.performance_alert_thresholds to authenticated, service_role, perf_admin;

drop policy if exists performance_alert_thresholds_insert_admin on perf.performance_alert_thresholds;
create policy performance_alert_thresholds_insert_admin on perf.performance_alert_thresholds
    for insert to authenticated, service_role, perf_admin
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists performance_alert_thresholds_update_admin on perf.performance_alert_thresholds;
create policy performance_alert_thresholds_update_admin on perf.performance_alert_thresholds
    for update to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')))
    with check ((select perf_internal.has_any_role('admin')));

drop policy if exists performance_alert_thresholds_delete_admin on perf.performance_alert_thresholds;
create policy performance_alert_thresholds_delete_admin on perf.performance_alert_thresholds
    for delete to authenticated, service_role, perf_admin
    using ((select perf_internal.has_any_role('admin')));

-- Here, because the trigger function is in a folder that is applied after that of alerts.
create or replace trigger queue_audit_entry
    after insert or update or delete on perf.performance_alert_thresholds
    for each row execute function perf_internal.queue_audit_entry('id');

create or replace trigger queue_truncate_entry
    after truncate on perf.performance_alert_thresholds
    for each statement execute function perf_internal.queue_audit_entry();
