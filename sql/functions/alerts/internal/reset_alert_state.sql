-- A series whose alert is resolved begins anew, whoever resolved it. The session that resolves holds
-- the lock of the alert, and an evaluation locks the alert before it changes the state. So no
-- evaluation changes the state at the same time.
create or replace function perf_internal.reset_alert_state()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    delete from perf_internal.alert_states as s
    where s.alert_id = new.id;
    return null;
end
$$;

comment on function perf_internal.reset_alert_state is
    'Trigger: the series of an alert that is resolved is ok from then on.';

revoke execute on function perf_internal.reset_alert_state from public;

create or replace trigger reset_alert_state
    after update on perf.model_alerts
    for each row
    when (new.is_resolved and not old.is_resolved)
    execute function perf_internal.reset_alert_state();
