-- Only samples that begin or end to be beyond a limit are replayed, since nothing else changes a level.
-- So thirty limits are tried in the time of one backtest.
create or replace function perf_internal.count_limit_alerts(
    threshold perf.performance_alert_thresholds,
    group_numbers integer[],
    times timestamptz[],
    sample_values double precision[],
    sample_counts bigint[],
    are_dead boolean[],
    end_time timestamptz,
    step interval
)
returns table (
    alert_count bigint,
    critical_count bigint,
    flap_count bigint,
    total_duration interval,
    longest_duration interval
)
language sql
stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
    select
        count(*),
        count(*) filter (where a.severity = 'critical'),
        count(*) filter (where a.is_flap),
        coalesce(sum(d.duration), '0'),
        max(d.duration)
    from (
        select
            c.group_number,
            array_agg(c.at order by c.at) as times,
            array_agg(c.value order by c.at) as sample_values,
            array_agg(c.sample_count order by c.at) as sample_counts,
            array_agg(c.is_dead order by c.at) as are_dead
        from (
            select
                b.*,
                lag(b.kind) over (partition by b.group_number order by b.at) as last_kind
            from (
                select
                    s.*,
                    case
                        when s.is_dead then -1
                        when s.value is null then -2
                        when s.sample_count < l.minimum_sample then -3
                        when l.sign * s.value > l.sign * l.critical_threshold then 2
                        when l.sign * s.value > l.sign * l.warning_threshold then 1
                        else 0
                    end as kind
                from unnest(
                    count_limit_alerts.group_numbers,
                    count_limit_alerts.times,
                    count_limit_alerts.sample_values,
                    count_limit_alerts.sample_counts,
                    count_limit_alerts.are_dead
                ) as s (group_number, at, value, sample_count, is_dead)
                cross join (
                    select
                        (count_limit_alerts.threshold).minimum_sample,
                        (count_limit_alerts.threshold).warning_threshold,
                        (count_limit_alerts.threshold).critical_threshold,
                        case (count_limit_alerts.threshold).direction when 'below' then -1 else 1 end
                            as sign
                    offset 0
                ) as l
            ) as b
        ) as c
        where c.kind is distinct from c.last_kind
        group by c.group_number
    ) as g
    cross join lateral perf_internal.replay_alert_states(
        count_limit_alerts.threshold,
        g.times,
        g.sample_values,
        g.sample_counts,
        g.are_dead,
        count_limit_alerts.end_time,
        count_limit_alerts.step
    ) as a
    cross join lateral (
        select coalesce(a.resolved_at, count_limit_alerts.end_time) - a.fired_at
    ) as d (duration);
$$;

comment on function perf_internal.count_limit_alerts is
    'What the alerts of a threshold without recovery threshold and baseline amount to: samples are those of perf_internal.read_threshold_history().';

revoke execute on function perf_internal.count_limit_alerts from public;
grant execute on function perf_internal.count_limit_alerts
    to authenticated, service_role, perf_admin, perf_analyst;
