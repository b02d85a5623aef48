-- A window of minutes varies more than one of an hour, so the window is made of whole hours, as the
-- past is.
--
-- The deviation is at least a hundredth of the median, and for counts and shares what chance alone
-- makes: the root of the count, or that of p (1 - p) / n. Otherwise a count that was always 0, or a
-- share of one failure in a year, would alert on the next.
create or replace function perf_internal.read_anomalies(
    pipeline text,
    rule_ids bigint[],
    threshold_ids bigint[],
    series_ids uuid[],
    group_labels jsonb[],
    time_window interval,
    as_of timestamptz
)
returns table (
    threshold_id bigint,
    labels jsonb,
    value double precision,
    sample_count bigint,
    is_dead boolean,
    is_known boolean
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set jit = off
set enable_nestloop = off
set enable_mergejoin = off
as $$
declare
    v_window interval := ceil(extract(epoch from read_anomalies.time_window) / 3600)
        * interval '1 hour';
begin
    return query
    select
        g.threshold_id,
        g.labels,
        case
            when p.week_count >= 4 and cardinality(p.past) >= 8
            then perf_internal.get_modified_z_score(
                g.value,
                p.past,
                greatest(
                    0.01 * abs(m.median),
                    case
                        when t.statistic = 'count' then sqrt(greatest(m.median, 1))
                        when t.statistic <> 'rate' and c.kind <> 'share' then 0
                        when c.kind <> 'share' then
                            sqrt(greatest(m.median * s.seconds, 1)) / s.seconds
                        when g.sample_count > 0 then sqrt(
                            greatest(m.median, 1.0 / g.sample_count)
                            * (1 - least(greatest(m.median, 1.0 / g.sample_count), 1))
                            / g.sample_count
                        )
                    end,
                    1e-9
                )
            )
        end,
        g.sample_count,
        g.is_dead,
        coalesce(p.week_count >= 4 and cardinality(p.past) >= 8, false)
    from perf_internal.read_threshold_groups(
        read_anomalies.pipeline,
        read_anomalies.rule_ids,
        read_anomalies.threshold_ids,
        read_anomalies.series_ids,
        read_anomalies.group_labels,
        v_window,
        read_anomalies.as_of
    ) as g
    join perf.performance_alert_thresholds as t on t.id = g.threshold_id
    join perf.metrics as c on c.metric = t.metric_name
    cross join (select extract(epoch from v_window)::float8) as s (seconds)
    left join perf_internal.read_baselines(
        read_anomalies.pipeline,
        read_anomalies.rule_ids,
        read_anomalies.threshold_ids,
        read_anomalies.series_ids,
        read_anomalies.group_labels,
        v_window,
        read_anomalies.as_of
    ) as p on p.threshold_id = g.threshold_id and p.labels = g.labels
    left join lateral (
        select percentile_cont(0.5) within group (order by x) as median
        from unnest(p.past) as x
    ) as m on true;
end
$$;

comment on function perf_internal.read_anomalies is
    'How many robust standard deviations the values of thresholds (rule_ids) with baseline hour_of_week of one pipeline and window are from their past, see perf_internal.get_modified_z_score; the window is rounded up to whole hours. is_known is false, and the value null, with fewer than 8 windows or 4 weeks of past. Arguments and the rest as perf_internal.read_threshold_groups. Errors: as perf_internal.read_metrics.';

revoke execute on function perf_internal.read_anomalies from public;
grant execute on function perf_internal.read_anomalies
    to authenticated, service_role, perf_admin, perf_analyst;
