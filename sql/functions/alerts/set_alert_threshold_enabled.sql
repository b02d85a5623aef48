create or replace function perf.set_alert_threshold_enabled(threshold_id bigint, enabled boolean)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf.update_alert_threshold(
        set_alert_threshold_enabled.threshold_id,
        jsonb_build_object('enabled', set_alert_threshold_enabled.enabled)
    );
$$;

comment on function perf.set_alert_threshold_enabled is
    'Says whether a threshold is evaluated; false if it was so already. Open alerts of a threshold that is disabled are resolved at the next check. Errors: 23502 enabled is null, 42501 not an admin, PT404 no such threshold.';

revoke execute on function perf.set_alert_threshold_enabled from public;
grant execute on function perf.set_alert_threshold_enabled
    to authenticated, service_role, perf_admin;
