create or replace function perf.acknowledge_alert(alert_id bigint, note text default null)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.acknowledge_alert(acknowledge_alert.alert_id, acknowledge_alert.note);
$$;

comment on function perf.acknowledge_alert is
    'Says that the caller cares for an alert, which is then not repeated; note is kept with it, 1 to 1000 characters. A second call is harmless: false means that the alert was acknowledged before, or is resolved, and nothing changes. Notifies the channel perf_alerts. Errors: 22023 bad note, PT404 no such alert, 42501 not an admin.';

revoke execute on function perf.acknowledge_alert from public;
grant execute on function perf.acknowledge_alert to authenticated, service_role, perf_admin;
