create or replace function perf.resolve_alert(alert_id bigint, note text default null)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.resolve_alert(resolve_alert.alert_id, resolve_alert.note);
$$;

comment on function perf.resolve_alert is
    'Resolves an alert by hand; note is kept with it, 1 to 1000 characters. When its cause is found again a new alert opens. A second call is harmless: false means that it was resolved before. Notifies the channel perf_alerts. Errors: 22023 bad note, PT404 no such alert, 42501 not an admin.';

revoke execute on function perf.resolve_alert from public;
grant execute on function perf.resolve_alert to authenticated, service_role, perf_admin;
