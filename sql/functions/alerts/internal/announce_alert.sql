-- Every login of the database may listen, so no message and no details: who may read them reads the
-- alert.
--
-- NOTIFY makes commits wait for each other, so a database with many clients and no listener may turn
-- it off: alter database ... set perf.notify_alerts = off.
create or replace function perf_internal.announce_alert()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if current_setting('perf.notify_alerts', true) = 'off' then
        return null;
    end if;
    perform pg_notify(
        'perf_alerts',
        jsonb_build_object(
            'alert_id', new.id,
            'alert_type', new.alert_type,
            'severity', new.severity,
            'model_type', new.model_type,
            'machine_id', new.machine_id,
            'is_acknowledged', new.acknowledged_at is not null,
            'is_resolved', new.is_resolved
        )::text
    );
    return null;
end
$$;

comment on function perf_internal.announce_alert is
    'Trigger: notifies perf_alerts when an alert opens, becomes more or less severe, is acknowledged or resolved: {"alert_id", "alert_type", "severity", "model_type", "machine_id", "is_acknowledged", "is_resolved"}. Nothing is notified where perf.notify_alerts is off.';

revoke execute on function perf_internal.announce_alert from public;

create or replace trigger announce_new_alert
    after insert on perf.model_alerts
    for each row execute function perf_internal.announce_alert();

-- A repetition says nothing new.
create or replace trigger announce_alert
    after update on perf.model_alerts
    for each row
    when (
        new.is_resolved <> old.is_resolved
        or new.severity <> old.severity
        or (new.acknowledged_at is not null and old.acknowledged_at is null)
    )
    execute function perf_internal.announce_alert();
