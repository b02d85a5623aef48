alter table perf.alert_receivers enable row level security;

grant select on perf.alert_receivers
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists alert_receivers_select_reader on perf.alert_receivers;
create policy alert_receivers_select_reader on perf.alert_receivers
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));

-- Here, because functions of the room configs come after those of this room.
create or replace trigger queue_audit_entry
    after insert or update or delete on perf.alert_receivers
    for each row execute function perf_internal.queue_audit_entry('id');
