create or replace function perf.get_alert_statistics(
    start_time timestamptz,
    end_time timestamptz default now(),
    max_rows integer default 1000
)
returns table (
    alert_type text,
    rule jsonb,
    alert_count bigint,
    critical_count bigint,
    acknowledged_share double precision,
    flapping_share double precision,
    silenced_share double precision,
    median_duration interval,
    last_alert_at timestamptz
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.require_role('analyst');
    select perf_internal.check_time_range(
        get_alert_statistics.start_time, get_alert_statistics.end_time
    );
    select perf_internal.check_max_rows(get_alert_statistics.max_rows);
    select
        r.alert_type,
        r.rule,
        count(*),
        count(*) filter (where r.was_critical),
        avg(r.is_acknowledged::integer)::float8,
        avg(r.is_flapping::integer)::float8,
        avg(r.is_silenced::integer)::float8,
        percentile_cont(0.5) within group (order by r.duration),
        max(r.alert_timestamp)
    from (
        select
            a.alert_type,
            coalesce(
                (
                    select jsonb_object_agg(l.key, l.value)
                    from jsonb_each(a.labels) as l
                    where l.key in ('metric', 'statistic', 'threshold_id', 'objective')
                        and a.labels ? 'metric'
                ),
                '{}'
            ) as rule,
            a.alert_timestamp,
            coalesce(a.resolved_timestamp, get_alert_statistics.end_time)
                - a.alert_timestamp as duration,
            a.severity = 'critical' or exists (
                select
                from perf.alert_events as e
                where e.alert_id = a.id
                    and e.severity = 'critical'
            ) as was_critical,
            a.acknowledged_at is not null as is_acknowledged,
            a.is_resolved
                and a.resolved_by is null
                and a.resolved_timestamp <= a.alert_timestamp + interval '10 minutes' as is_flapping,
            exists (
                select
                from perf.alert_silences as s
                where s.starts_at <= a.alert_timestamp
                    and s.ends_at > a.alert_timestamp
                    and perf_internal.matches_alert(
                        s.matcher,
                        perf_internal.get_alert_labels(
                            a.alert_type, a.severity, a.model_type, a.machine_id, a.labels
                        )
                    )
            ) as is_silenced
        from perf.model_alerts as a
        where a.alert_timestamp >= get_alert_statistics.start_time
            and a.alert_timestamp < get_alert_statistics.end_time
    ) as r
    group by r.alert_type, r.rule
    order by count(*) desc, r.alert_type, r.rule
    limit get_alert_statistics.max_rows;
$$;

comment on function perf.get_alert_statistics is
    'Which rules alert most: the alerts that opened from start_time to end_time by alert type and rule, most first, for a regular look at what disturbs people in vain. rule has the labels metric, statistic, threshold_id and objective of alerts that a rule raised, else it is {}. critical_count is how many were critical at any time. Shares, from 0 to 1: acknowledged; flapping, resolved by themselves within ten minutes; silenced when they opened. median_duration is how long they were open, of open ones until end_time. At most max_rows, 1 to 100000. Errors: 22023 bad argument, 42501 not an analyst.';

revoke execute on function perf.get_alert_statistics from public;
grant execute on function perf.get_alert_statistics
    to authenticated, service_role, perf_admin, perf_analyst;
