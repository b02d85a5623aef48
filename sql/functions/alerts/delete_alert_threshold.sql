create or replace function perf.delete_alert_threshold(threshold_id bigint)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform perf_internal.require_role('admin');
    delete from perf.performance_alert_thresholds as t
    where t.id = delete_alert_threshold.threshold_id;
    return found;
end
$$;

comment on function perf.delete_alert_threshold is
    'Deletes a threshold; false if there is none. Its open alerts are resolved at the next check, and the history keeps them. Error 42501: not an admin.';

revoke execute on function perf.delete_alert_threshold from public;
grant execute on function perf.delete_alert_threshold to authenticated, service_role, perf_admin;
