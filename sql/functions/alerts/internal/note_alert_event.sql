-- It runs in the transaction of the change, so the event is there exactly if the change is. A session
-- that changes an alert has its row locked, so the events of an alert are in order.
create or replace function perf_internal.note_alert_event()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_severities text[] := array['info', 'warning', 'critical'];
    v_rise integer;
    v_is_acknowledged boolean := new.acknowledged_at is not null;
begin
    if tg_op = 'INSERT' then
        insert into perf.alert_events (alert_id, event, severity, happened_at, note)
        values (
            new.id,
            'opened',
            new.severity,
            new.alert_timestamp,
            new.alert_message
        );
    else
        v_is_acknowledged := v_is_acknowledged and old.acknowledged_at is null;
        v_rise := array_position(v_severities, new.severity)
            - array_position(v_severities, old.severity);
        if v_rise <> 0 then
            insert into perf.alert_events (alert_id, event, severity, happened_at, note)
            values (
                new.id,
                case when v_rise > 0 then 'escalated' else 'eased' end,
                new.severity,
                new.last_seen_at,
                new.alert_message
            );
        end if;
    end if;
    if v_is_acknowledged then
        insert into perf.alert_events (alert_id, event, severity, happened_at, caller, note)
        values (
            new.id,
            'acknowledged',
            new.severity,
            new.acknowledged_at,
            new.acknowledged_by,
            new.acknowledgement_note
        );
    end if;
    if new.is_resolved and (tg_op = 'INSERT' or not old.is_resolved) then
        insert into perf.alert_events (alert_id, event, severity, happened_at, caller, note)
        values (
            new.id,
            'resolved',
            new.severity,
            new.resolved_timestamp,
            new.resolved_by,
            new.resolution_note
        );
    end if;
    return null;
end
$$;

comment on function perf_internal.note_alert_event is
    'Trigger: writes perf.alert_events when an alert opens, becomes more or less severe, is acknowledged or resolved. The note of a change of severity, and of an alert that opens, is its message at that time.';

revoke execute on function perf_internal.note_alert_event from public;

create or replace trigger note_new_alert
    after insert on perf.model_alerts
    for each row execute function perf_internal.note_alert_event();

-- A repetition is no event.
create or replace trigger note_alert_event
    after update on perf.model_alerts
    for each row
    when (
        new.is_resolved <> old.is_resolved
        or new.severity <> old.severity
        or (new.acknowledged_at is not null and old.acknowledged_at is null)
    )
    execute function perf_internal.note_alert_event();
