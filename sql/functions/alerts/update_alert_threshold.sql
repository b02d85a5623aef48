-- Of two at once the second waits for the first at the row. It changes what it names, and keeps the
-- rest as the first left it.
create or replace function perf.update_alert_threshold(threshold_id bigint, changes jsonb)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_problem text;
    v_old perf.performance_alert_thresholds;
    v_new perf.performance_alert_thresholds;
begin
    perform perf_internal.require_role('admin');
    v_problem := perf_internal.get_threshold_changes_problem(update_alert_threshold.changes);
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem,
            hint = 'For example {"warning_threshold": 2000, "for_duration": "5 minutes"}.';
    end if;
    select t.* into v_old
    from perf.performance_alert_thresholds as t
    where t.id = update_alert_threshold.threshold_id
    for update;
    if not found then
        raise exception using
            errcode = 'PT404',
            message = 'there is no alert threshold '
                || coalesce(update_alert_threshold.threshold_id::text, 'null'),
            hint = 'perf.get_alert_thresholds() lists them.';
    end if;
    v_new := jsonb_populate_record(v_old, update_alert_threshold.changes);
    update perf.performance_alert_thresholds as t
    set metric_name = v_new.metric_name,
        scope_type = v_new.scope_type,
        scope_id = v_new.scope_id,
        scope_labels = v_new.scope_labels,
        group_by = v_new.group_by,
        warning_threshold = v_new.warning_threshold,
        critical_threshold = v_new.critical_threshold,
        recovery_threshold = v_new.recovery_threshold,
        statistic = v_new.statistic,
        direction = v_new.direction,
        time_window = v_new.time_window,
        minimum_sample = v_new.minimum_sample,
        for_duration = v_new.for_duration,
        keep_firing_for = v_new.keep_firing_for,
        no_data = v_new.no_data,
        baseline = v_new.baseline,
        description = v_new.description,
        runbook_url = v_new.runbook_url,
        enabled = v_new.enabled
    where t.id = v_old.id
    returning t.* into v_new;
    return v_new is distinct from v_old;
end
$$;

comment on function perf.update_alert_threshold is
    'Changes the columns of a threshold that are keys of changes, such as {"warning_threshold": 5}; false if they were so already. A null sets null, of statistic and direction what the metric has by default. Alerts of series that the threshold has no longer are resolved at the next check. Errors: 22023 bad changes, or as perf.create_alert_threshold(); 23502, 23503, 23514 as there; 42501 not an admin; PT404 no such threshold or metric.';

revoke execute on function perf.update_alert_threshold from public;
grant execute on function perf.update_alert_threshold to authenticated, service_role, perf_admin;
