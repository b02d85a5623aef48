create or replace function perf.end_alert_silence(silence_id bigint)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.end_alert_silence(end_alert_silence.silence_id);
$$;

comment on function perf.end_alert_silence is
    'Ends a silence now. Alerts that it silenced and that are still open are told from then on. A second call is harmless: false means that it was over before. Errors: PT404 no such silence, 42501 not an admin.';

revoke execute on function perf.end_alert_silence from public;
grant execute on function perf.end_alert_silence to authenticated, service_role, perf_admin;
