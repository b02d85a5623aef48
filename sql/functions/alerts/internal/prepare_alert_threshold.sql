-- security definer: callers have no right to all that is called here. Their role is asked for first, so
-- that no message tells a stranger anything, whatever was granted.
--
-- A change is one statement, so a session that dies leaves none of it. Of two changes of one threshold
-- at once the second waits at the row for the first, and starts from what that left.
create or replace function perf_internal.prepare_alert_threshold()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_problem text;
begin
    perform perf_internal.require_role('admin');
    new.metric_name := btrim(new.metric_name);
    new.description := nullif(btrim(new.description), '');
    new.runbook_url := nullif(btrim(new.runbook_url), '');
    -- Where a row is inserted, old is null.
    if new.scope_type = 'global'
        and new.scope_labels <> '{}'
        and new.scope_labels is distinct from old.scope_labels
    then
        new.scope_type := 'labels';
    end if;
    if tg_op = 'INSERT' then
        new.created_by := perf_internal.get_caller_name();
    else
        new.created_at := old.created_at;
        new.created_by := old.created_by;
        new.updated_at := old.updated_at;
        -- These two are computed after this trigger.
        if to_jsonb(new) - '{workflow_id,worker_id}'::text[]
            <> to_jsonb(old) - '{workflow_id,worker_id}'::text[]
        then
            new.updated_at := now();
        end if;
    end if;
    v_problem := coalesce(
        perf_internal.get_threshold_problem(new),
        case
            when new.warning_threshold is null then 'warning_threshold must be a number, got null'
            when new.critical_threshold is null then 'critical_threshold must be a number, got null'
        end
    );
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    -- A month is 30 days, wherever the window ends. What is no month stays as it is written.
    if new.time_window between interval '1 month' and interval '90 days' then
        new.time_window := make_interval(
            days => (extract(month from new.time_window) * 30 + extract(day from new.time_window))::integer,
            secs => extract(epoch from new.time_window - date_trunc('day', new.time_window))::float8
        );
    end if;
    -- Not for other columns, so that a threshold can be disabled whatever became of its metric.
    if tg_op = 'INSERT' or (
        new.metric_name, new.statistic, new.direction, new.baseline,
        new.scope_type, new.scope_id, new.scope_labels, new.group_by
    ) is distinct from (
        old.metric_name, old.statistic, old.direction, old.baseline,
        old.scope_type, old.scope_id, old.scope_labels, old.group_by
    ) then
        new := perf_internal.complete_alert_threshold(new);
    end if;
    return new;
end
$$;

comment on function perf_internal.prepare_alert_threshold is
    'Trigger: fills in what a threshold leaves out and refuses what makes no sense, so that functions and plain writes do the same. statistic and direction come from the metric, created_by is the caller, updated_at the time of the last change, and a global scope with labels is one of labels.';

revoke execute on function perf_internal.prepare_alert_threshold from public;

create or replace trigger prepare_alert_threshold
    before insert or update on perf.performance_alert_thresholds
    for each row execute function perf_internal.prepare_alert_threshold();
