create or replace function perf.get_alert_thresholds(
    metric_name text default null,
    max_rows integer default 1000
)
returns table (
    id bigint,
    metric_name text,
    statistic text,
    direction text,
    warning_threshold double precision,
    critical_threshold double precision,
    recovery_threshold double precision,
    scope_type text,
    scope_id bigint,
    scope_name text,
    scope_labels jsonb,
    group_by text[],
    time_window interval,
    minimum_sample bigint,
    for_duration interval,
    keep_firing_for interval,
    no_data text,
    baseline text,
    enabled boolean,
    description text,
    runbook_url text,
    created_by text,
    created_at timestamptz,
    updated_at timestamptz,
    firing_count bigint,
    pending_count bigint
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.require_role('analyst');
    select perf_internal.check_max_rows(get_alert_thresholds.max_rows);
    select
        t.id,
        t.metric_name,
        t.statistic,
        t.direction,
        t.warning_threshold,
        t.critical_threshold,
        t.recovery_threshold,
        t.scope_type,
        t.scope_id,
        coalesce(f.name, w.name),
        t.scope_labels,
        t.group_by,
        t.time_window,
        t.minimum_sample,
        t.for_duration,
        t.keep_firing_for,
        t.no_data,
        t.baseline,
        t.enabled,
        t.description,
        t.runbook_url,
        t.created_by,
        t.created_at,
        t.updated_at,
        s.firing_count,
        s.pending_count
    from perf.performance_alert_thresholds as t
    left join perf.workflows as f on f.id = t.workflow_id
    left join perf.workers as w on w.id = t.worker_id
    cross join lateral (
        select
            count(*) filter (where a.warning_state in ('firing', 'recovering')) as firing_count,
            count(*) filter (where a.warning_state = 'pending') as pending_count
        from perf_internal.alert_states as a
        where a.alert_type in ('threshold', 'anomaly')
            and a.rule_id = t.id
    ) as s
    where get_alert_thresholds.metric_name is null
        or t.metric_name = (select btrim(get_alert_thresholds.metric_name))
    order by
        t.metric_name collate "C",
        array_position(array['global', 'labels', 'workflow', 'worker'], t.scope_type),
        t.id
    limit get_alert_thresholds.max_rows;
$$;

comment on function perf.get_alert_thresholds is
    'Thresholds of one metric or of all, the widest scope of a metric first. The columns are those of perf.performance_alert_thresholds; scope_name is the name of the workflow or worker, firing_count how many series have an open alert of it, and pending_count how many are beyond it for less than for_duration. At most max_rows, 1 to 100000. Errors: 22023 bad max_rows, 42501 not an analyst.';

revoke execute on function perf.get_alert_thresholds from public;
grant execute on function perf.get_alert_thresholds
    to authenticated, service_role, perf_admin, perf_analyst;
