alter table perf.alert_silences enable row level security;

grant select on perf.alert_silences
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists alert_silences_select_reader on perf.alert_silences;
create policy alert_silences_select_reader on perf.alert_silences
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));

-- Here, because the file of the trigger function belongs to a room that does not know this table.
create or replace trigger queue_audit_entry
    after insert or update or delete on perf.alert_silences
    for each row execute function perf_internal.queue_audit_entry('id');

create or replace trigger queue_truncate_entry
    after truncate on perf.alert_silences
    for each statement execute function perf_internal.queue_audit_entry();
