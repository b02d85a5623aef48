create or replace function perf.create_alert_threshold(
    metric_name text,
    warning_threshold double precision,
    critical_threshold double precision,
    scope_type text default 'global',
    scope_id bigint default null,
    scope_labels jsonb default '{}',
    group_by text[] default '{}',
    statistic text default null,
    direction text default null,
    time_window interval default '15 minutes',
    minimum_sample bigint default 1,
    for_duration interval default '0',
    keep_firing_for interval default '0',
    recovery_threshold double precision default null,
    no_data text default 'keep',
    baseline text default null,
    description text default null,
    runbook_url text default null,
    enabled boolean default true
)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.require_role('admin');
    -- perf_internal.prepare_alert_threshold() fills in the rest.
    insert into perf.performance_alert_thresholds as t (
        metric_name, warning_threshold, critical_threshold, scope_type, scope_id, scope_labels,
        group_by, statistic, direction, time_window, minimum_sample, for_duration,
        keep_firing_for, recovery_threshold, no_data, baseline, description, runbook_url, enabled
    )
    values (
        create_alert_threshold.metric_name,
        create_alert_threshold.warning_threshold,
        create_alert_threshold.critical_threshold,
        create_alert_threshold.scope_type,
        create_alert_threshold.scope_id,
        create_alert_threshold.scope_labels,
        create_alert_threshold.group_by,
        create_alert_threshold.statistic,
        create_alert_threshold.direction,
        create_alert_threshold.time_window,
        create_alert_threshold.minimum_sample,
        create_alert_threshold.for_duration,
        create_alert_threshold.keep_firing_for,
        create_alert_threshold.recovery_threshold,
        create_alert_threshold.no_data,
        create_alert_threshold.baseline,
        create_alert_threshold.description,
        create_alert_threshold.runbook_url,
        create_alert_threshold.enabled
    )
    returning t.id;
$$;

comment on function perf.create_alert_threshold is
    'Adds a threshold and returns its id. A value of the metric beyond warning_threshold is a warning, beyond critical_threshold it is critical; both in the unit of the metric, and in deviations with a baseline. The arguments are columns of perf.performance_alert_thresholds, which says what they mean. statistic is rate for a share and else avg; direction follows from better of perf.metrics. With scope_labels, scope_type global is labels. A second call adds a second threshold. Errors: 22023 bad argument, or no direction where perf.metrics knows none; 23502 a null that is not allowed; 23503 no such workflow or worker; 23514 critical is not beyond warning, or another limit; 42501 not an admin; PT404 no such metric.';

revoke execute on function perf.create_alert_threshold from public;
grant execute on function perf.create_alert_threshold to authenticated, service_role, perf_admin;
