create or replace function perf_internal.read_window_samples(
    pipeline text,
    rule_ids bigint[],
    threshold_ids bigint[],
    series_ids uuid[],
    group_labels jsonb[],
    time_window interval,
    is_anomaly boolean,
    as_of timestamptz
)
returns table (
    alert_type text,
    rule_id bigint,
    labels jsonb,
    value double precision,
    sample_count bigint,
    level integer,
    is_recovered boolean,
    problem text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set jit = off
set enable_nestloop = off
set enable_mergejoin = off
as $$
begin
    return query
    with rules as materialized (
        select
            t.id,
            t as threshold,
            perf_internal.get_threshold_scope(t.*) as scope,
            jsonb_build_object(
                'metric', t.metric_name, 'statistic', t.statistic, 'threshold_id', t.id
            ) as own_labels
        from perf.performance_alert_thresholds as t
        where t.id = any(read_window_samples.rule_ids)
    )
    select
        case when read_window_samples.is_anomaly then 'anomaly' else 'threshold' end,
        r.id,
        r.scope || g.labels || r.own_labels,
        g.value,
        g.sample_count,
        l.level,
        case
            when g.is_dead then true
            when not g.is_known then null
            -- What follows from the level need not be asked for each of thousands of groups.
            when l.level > 0 then false
            when (r.threshold).recovery_threshold is null then l.level = 0
            else perf_internal.is_threshold_recovered(r.threshold, g.value, g.sample_count)
        end,
        null::text
    from (
        select v.threshold_id, v.labels, v.value, v.sample_count, v.is_dead, true as is_known
        from perf_internal.read_threshold_groups(
            read_window_samples.pipeline,
            read_window_samples.rule_ids,
            read_window_samples.threshold_ids,
            read_window_samples.series_ids,
            read_window_samples.group_labels,
            read_window_samples.time_window,
            read_window_samples.as_of
        ) as v
        where not read_window_samples.is_anomaly
        union all
        select a.threshold_id, a.labels, a.value, a.sample_count, a.is_dead, a.is_known
        from perf_internal.read_anomalies(
            read_window_samples.pipeline,
            read_window_samples.rule_ids,
            read_window_samples.threshold_ids,
            read_window_samples.series_ids,
            read_window_samples.group_labels,
            read_window_samples.time_window,
            read_window_samples.as_of
        ) as a
        where read_window_samples.is_anomaly
    ) as g
    join rules as r on r.id = g.threshold_id
    cross join lateral (
        select case
            when g.is_dead then 0
            -- A new series has no history yet. That is no reason to wake somebody.
            when not g.is_known then null
            else perf_internal.get_threshold_level(r.threshold, g.value, g.sample_count)
        end as level
        offset 0
    ) as l;
end
$$;

comment on function perf_internal.read_window_samples is
    'The samples of thresholds (rule_ids) of one pipeline and time window, as perf_internal.read_threshold_samples returns them. Errors: as perf_internal.read_metrics.';

revoke execute on function perf_internal.read_window_samples from public;
grant execute on function perf_internal.read_window_samples
    to authenticated, service_role, perf_admin, perf_analyst;
