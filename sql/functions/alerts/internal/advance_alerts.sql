-- All changes of one run in one statement. It knows samples only, whatever made them.
--
-- It never waits for another session that changes alerts:
-- - A series that perf_internal.check_new_jobs() is opening in a transaction that has not ended is in
--   busy_series, and waits for the next evaluation.
-- - An alert whose row somebody has locked, to acknowledge or to resolve it, is skipped with its state.
-- - states are those of the start. Whoever resolved an alert since then has removed its state, so the
--   series is skipped too. It cannot open again in this run.
-- - A state that began at as_of or later is newer than what this run measures. One of the future is of
--   a clock that was wrong, and begins now.
--
-- The labels of an alert are bounded, because they and the model type, which is one of them, are in an
-- index.
--
-- Other writers lock the alert first and the state second, as this does. lock_timeout is for what
-- triggers of other tables wait for, such as a receiver that somebody deletes.
create or replace function perf_internal.advance_alerts(
    source text,
    states perf_internal.alert_states[],
    busy_series integer[],
    as_of timestamptz
)
returns table (
    series_count bigint,
    problem text,
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
set lock_timeout = '5s'
set jit = off
as $$
    with samples as materialized (
        select
            s.alert_type,
            s.rule_id,
            s.labels,
            s.value,
            s.sample_count,
            s.level,
            s.is_recovered,
            s.problem,
            null::jsonb as details
        from perf_internal.read_threshold_samples(advance_alerts.as_of) as s
        where advance_alerts.source = 'thresholds'
        union all
        select
            o.alert_type,
            o.rule_id,
            o.labels,
            o.value,
            o.sample_count,
            o.level,
            o.is_recovered,
            null,
            null
        from perf_internal.read_objective_samples(advance_alerts.as_of) as o
        where advance_alerts.source = 'objectives'
        union all
        select
            b.alert_type,
            b.rule_id,
            b.labels,
            b.value,
            b.sample_count,
            b.level,
            b.is_recovered,
            null,
            b.details
        from perf_internal.read_budget_samples(advance_alerts.as_of) as b
        where advance_alerts.source = 'budgets'
    ),
    unread as materialized (
        select s.alert_type, s.rule_id, s.problem
        from samples as s
        where s.problem is not null
    ),
    series as materialized (
        select
            k.alert_type,
            k.rule_id,
            k.labels,
            s.value,
            s.sample_count,
            s.level,
            s.details,
            r.rule_id is not null as has_rule,
            r.rule_id is not null and s.rule_id is not null as is_evaluated,
            r.for_duration,
            r.keep_firing_for,
            coalesce(t.warning_state, 'ok') as warning_state,
            case
                when t.warning_since > advance_alerts.as_of then advance_alerts.as_of
                else t.warning_since
            end as warning_since,
            coalesce(t.critical_state, 'ok') as critical_state,
            case
                when t.critical_since > advance_alerts.as_of then advance_alerts.as_of
                else t.critical_since
            end as critical_since,
            t.alert_id,
            case
                when r.rule_id is null or s.rule_id is null then false
                when s.level > 0 then true
                -- Once it fires, only a value that has recovered is good.
                when s.level = 0
                    then t.warning_state in ('firing', 'recovering') and not s.is_recovered
            end as is_warning,
            case
                when r.rule_id is null or s.rule_id is null then false
                else s.level > 1
            end as is_critical
        from (select a.* from samples as a where a.problem is null) as s
        full join (
            select a.*
            from unnest(advance_alerts.states) as a
            where advance_alerts.source = case a.alert_type
                when 'slo_burn_rate' then 'objectives'
                when 'budget' then 'budgets'
                else 'thresholds'
            end
        ) as t
            on t.alert_type = s.alert_type
            and t.rule_id = s.rule_id
            and t.labels = s.labels
        cross join lateral (
            select
                coalesce(t.alert_type, s.alert_type) as alert_type,
                coalesce(t.rule_id, s.rule_id) as rule_id,
                coalesce(t.labels, s.labels) as labels
        ) as k
        left join perf_internal.alert_rules as r
            on r.alert_type = k.alert_type
            and r.rule_id = k.rule_id
        where (t.rule_id is not null or s.level > 0 and pg_column_size(s.labels) <= 1200)
            -- Nothing is known of the series of a rule that could not be read.
            and (k.alert_type, k.rule_id) not in (select u.alert_type, u.rule_id from unread as u)
            and (
                coalesce(greatest(t.warning_since, t.critical_since) < advance_alerts.as_of, true)
                or greatest(t.warning_since, t.critical_since) > now() + interval '1 minute'
            )
            and (
                advance_alerts.busy_series = '{}'
                or perf_internal.get_alert_lock(k.alert_type, k.rule_id, k.labels)
                    <> all(advance_alerts.busy_series)
            )
    ),
    locked as materialized (
        select a.id, a.severity
        from perf.model_alerts as a
        where not a.is_resolved
            and a.id in (select s.alert_id from series as s)
        for no key update of a skip locked
    ),
    steps as materialized (
        select
            s.*,
            a.severity as old_severity,
            w.state as next_warning_state,
            w.since as next_warning_since,
            c.state as next_critical_state,
            c.since as next_critical_since,
            case
                when w.state not in ('firing', 'recovering') then null
                when c.state in ('firing', 'recovering') then 'critical'
                else 'warning'
            end as severity
        from series as s
        left join locked as a on a.id = s.alert_id
        cross join lateral perf_internal.advance_alert_state(
            s.warning_state,
            s.warning_since,
            s.is_warning,
            s.for_duration,
            -- The alert of a series that is evaluated no more ends at once.
            case when s.is_evaluated then s.keep_firing_for else '0' end,
            advance_alerts.as_of
        ) as w
        cross join lateral perf_internal.advance_alert_state(
            s.critical_state,
            s.critical_since,
            s.is_critical,
            s.for_duration,
            case when s.is_evaluated then s.keep_firing_for else '0' end,
            advance_alerts.as_of
        ) as c
        where s.alert_id is null
            or a.id is not null
    ),
    seen as materialized (
        select
            s.alert_type,
            s.rule_id,
            s.labels,
            s.severity,
            s.alert_id,
            case
                when s.alert_type = 'budget'
                    then perf_internal.get_budget_message(s.details, s.labels ->> 'period')
                when s.alert_type = 'slo_burn_rate' then perf_internal.get_objective_message(
                    s.rule_id,
                    s.labels,
                    s.value,
                    s.sample_count,
                    case when s.level > 1 then 'critical' else 'warning' end
                )
                else perf_internal.get_threshold_message(
                    t.*, m.unit, s.labels, s.value, s.sample_count, s.level
                )
            end as message,
            case
                when s.alert_type = 'budget' then s.details
                when s.alert_type = 'slo_burn_rate' then jsonb_build_object(
                    'value', s.value,
                    'sample_count', s.sample_count,
                    'objective', o.objective_name,
                    'metric', o.metric_name,
                    'target', o.target,
                    'faster_than', o.faster_than,
                    'time_window', perf_internal.get_duration_text(o.time_window),
                    'end_time', advance_alerts.as_of,
                    'description', o.description,
                    'runbook_url', o.runbook_url
                )
                else perf_internal.get_threshold_details(
                    t.*, m.unit, s.value, s.sample_count, s.level, advance_alerts.as_of
                )
            end as details
        from steps as s
        left join perf.performance_alert_thresholds as t
            on t.id = s.rule_id
            and s.alert_type not in ('slo_burn_rate', 'budget')
        left join perf.metrics as m on m.metric = t.metric_name
        left join perf.slo_objectives as o
            on o.id = s.rule_id
            and s.alert_type = 'slo_burn_rate'
        where s.severity is not null
            and s.is_warning
    ),
    opened as (
        insert into perf.model_alerts as a (
            alert_type, severity, model_type, alert_message, alert_timestamp, alert_details,
            last_seen_at, labels
        )
        select
            s.alert_type,
            s.severity,
            s.labels ->> 'model_type',
            s.message,
            advance_alerts.as_of,
            s.details,
            advance_alerts.as_of,
            s.labels
        from seen as s
        where s.alert_id is null
        order by s.alert_type, s.rule_id, s.labels
        on conflict do nothing
        returning a.id, a.alert_type, a.labels
    ),
    repeated as (
        update perf.model_alerts as a
        set severity = s.severity,
            alert_message = s.message,
            alert_details = s.details,
            repeat_count = a.repeat_count + 1,
            last_seen_at = greatest(a.last_seen_at, advance_alerts.as_of)
        from seen as s
        where a.id = s.alert_id
    ),
    eased as (
        update perf.model_alerts as a
        set severity = s.severity
        from steps as s
        where a.id = s.alert_id
            and s.severity <> s.old_severity
            and s.is_warning is not true
    ),
    resolved as (
        update perf.model_alerts as a
        set is_resolved = true,
            resolved_timestamp = greatest(advance_alerts.as_of, a.last_seen_at),
            resolution_note = case
                when not s.has_rule and s.alert_type = 'budget'
                    then 'The budget is disabled or deleted.'
                when not s.is_evaluated and s.alert_type = 'budget' then 'The period is over.'
                when s.alert_type = 'budget'
                    then 'What is spent and what is expected are within the budget.'
                when not s.has_rule and s.alert_type = 'slo_burn_rate'
                    then 'The objective is disabled or deleted.'
                when not s.has_rule then 'The threshold is disabled, deleted or of another kind now.'
                when not s.is_evaluated
                    then 'This series is not evaluated any more: scope or groups of the rule changed, or a threshold with a narrower scope has it.'
                when s.value is null then 'There is no data, which counts as good.'
                when s.alert_type = 'slo_burn_rate' then 'The burn rate is below its limits.'
                else format(
                    '%s, which is good.',
                    'The value is ' || perf_internal.get_value_text(
                        s.value,
                        case
                            when s.alert_type = 'anomaly' then 'deviations'
                            when a.labels ->> 'statistic' <> 'count'
                                then a.alert_details ->> 'unit'
                        end
                    )
                )
            end
        from steps as s
        where a.id = s.alert_id
            and s.severity is null
    ),
    -- reset_alert_state does it for those that have an alert.
    removed as (
        delete from perf_internal.alert_states as t
        using steps as s
        where s.alert_id is null
            and s.next_warning_state = 'ok'
            and s.warning_state <> 'ok'
            and t.alert_type = s.alert_type
            and t.rule_id = s.rule_id
            and t.labels = s.labels
    ),
    kept as (
        insert into perf_internal.alert_states as t (
            alert_type, rule_id, labels, warning_state, warning_since, critical_state,
            critical_since, alert_id
        )
        select
            s.alert_type,
            s.rule_id,
            s.labels,
            s.next_warning_state,
            s.next_warning_since,
            s.next_critical_state,
            s.next_critical_since,
            coalesce(s.alert_id, o.id)
        from steps as s
        left join opened as o
            on o.alert_type = s.alert_type
            and o.labels = s.labels
        where s.next_warning_state <> 'ok'
            and (s.severity is null or s.alert_id is not null or o.id is not null)
            and (s.next_warning_state, s.next_warning_since, s.next_critical_state)
                is distinct from (s.warning_state, s.warning_since, s.critical_state)
        on conflict (alert_type, rule_id, labels) do update
        set warning_state = excluded.warning_state,
            warning_since = excluded.warning_since,
            critical_state = excluded.critical_state,
            critical_since = excluded.critical_since,
            alert_id = excluded.alert_id
    )
    select
        n.series_count,
        n.problem,
        c.alert_type,
        c.rule_id,
        c.labels,
        c.state,
        c.severity,
        c.value,
        c.alert_id
    from (
        select
            count(*) filter (where s.problem is null) as series_count,
            concat_ws(
                '; ',
                string_agg(
                    format('%s %s: %s', s.alert_type, s.rule_id, s.problem), '; ' order by s.rule_id
                ) filter (where s.problem is not null),
                case
                    when bool_or(s.level > 0 and pg_column_size(s.labels) > 1200)
                    then format(
                        'the labels of %s series are too long for an alert',
                        count(*) filter (where s.level > 0 and pg_column_size(s.labels) > 1200)
                    )
                end
            ) as problem
        from samples as s
    ) as n
    left join (
        select
            s.alert_type,
            s.rule_id,
            s.labels,
            s.next_warning_state as state,
            s.severity,
            s.value,
            coalesce(s.alert_id, o.id) as alert_id
        from steps as s
        left join opened as o
            on o.alert_type = s.alert_type
            and o.labels = s.labels
        where (s.next_warning_state <> s.warning_state or s.severity is distinct from s.old_severity)
            and (s.severity is null or s.alert_id is not null or o.id is not null)
    ) as c on true;
$$;

comment on function perf_internal.advance_alerts is
    'One run over the samples of thresholds, objectives or budgets (source): writes states and alerts that changed. Returns the series that changed, and in every row, of which there is at least one, how many series there are, and which problem there was, or an empty text. states are those at the start of the run; busy_series are locks (perf_internal.get_alert_lock) whose series are left alone.';

revoke execute on function perf_internal.advance_alerts from public;
