create or replace function perf.check_alert_thresholds(as_of timestamptz default now())
returns table (
    alert_type text,
    rule_id bigint,
    labels jsonb,
    state text,
    severity text,
    value double precision,
    alert_id bigint
)
language sql
set search_path = pg_catalog, pg_temp
as $$
    select c.*
    from perf_internal.check_alert_thresholds(check_alert_thresholds.as_of) as c;
$$;

comment on function perf.check_alert_thresholds is
    'Compares all enabled thresholds, objectives and budgets with what was measured until as_of, opens, updates and resolves their alerts, and returns the series whose state or severity changed: state ok, pending, firing or recovering; severity of the alert, null without an open one; value now; alert_id of its alert, open or just resolved. Runs every minute by schedule. A run with an as_of that is not after that of the last run does nothing. Where thresholds, objectives or budgets as a whole cannot be evaluated, the others are, and perf.get_health() says why. Errors: 22023 bad time or more than a minute in the future, 42501 not an admin.';

revoke execute on function perf.check_alert_thresholds from public;
grant execute on function perf.check_alert_thresholds to authenticated, service_role, perf_admin;
