-- The past is hourly rollups, so as_of is rounded to the nearest hour: the windows end at that hour
-- of the week, an hour earlier and an hour later, in each of the last 12 weeks. One read a week, of
-- the hours that these windows have: all hours of 12 weeks would be 50 times as many. Each series is
-- read once for all thresholds.
--
-- A window without values counts as 0 calls only after the first week in which the group had any,
-- and where the hours are still kept.
create or replace function perf_internal.read_baselines(
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
    past double precision[],
    week_count bigint
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set jit = off
set work_mem = '64MB'
set enable_nestloop = off
set enable_mergejoin = off
as $$
declare
    v_metrics text[];
    v_sketched_metrics text[];
    v_series_ids uuid[];
    v_numbers integer[];
    v_end timestamptz := date_bin(
        '1 hour', read_baselines.as_of + interval '30 minutes', '2001-01-01 00:00+00'
    );
    v_kept_from timestamptz := coalesce(
        (
            select t.deleted_before
            from perf.retention as t
            where t.pipeline = read_baselines.pipeline
                and t.level = 'hourly'
        ),
        '-infinity'
    );
begin
    select
        array_agg(distinct t.metric_name),
        coalesce(
            array_agg(distinct t.metric_name) filter (
                where t.statistic in ('p50', 'p95', 'p99')
                    or t.statistic in ('min', 'max') and m.kind = 'difference'
            ),
            '{}'
        )
    into v_metrics, v_sketched_metrics
    from perf.performance_alert_thresholds as t
    join perf.metrics as m on m.metric = t.metric_name
    where t.id = any(read_baselines.rule_ids);
    v_series_ids := array(
        select distinct s.series_id
        from unnest(
            read_baselines.threshold_ids, read_baselines.series_ids
        ) as s (threshold_id, series_id)
        where s.threshold_id = any(read_baselines.rule_ids)
    );
    v_numbers := array(select generate_series(1, cardinality(v_series_ids)));
    return query
    with rules as materialized (
        select
            t.id,
            t.metric_name,
            t.statistic,
            t.minimum_sample,
            m.kind = 'share' as is_share,
            t.statistic in ('count', 'sum') or t.statistic = 'rate' and m.kind <> 'share'
                as is_total
        from perf.performance_alert_thresholds as t
        join perf.metrics as m on m.metric = t.metric_name
        where t.id = any(read_baselines.rule_ids)
    ),
    members as materialized (
        select s.threshold_id, s.labels, r.metric_name, n.number
        from unnest(
            read_baselines.threshold_ids,
            read_baselines.series_ids,
            read_baselines.group_labels
        ) as s (threshold_id, series_id, labels)
        join rules as r on r.id = s.threshold_id
        join unnest(v_series_ids, v_numbers) as n (series_id, number)
            on n.series_id = s.series_id
    ),
    points as materialized (
        select
            w.week,
            v_end - w.week * interval '7 days' + s.step * interval '1 hour'
                - read_baselines.time_window as point_start,
            v_end - w.week * interval '7 days' + s.step * interval '1 hour' as point_end
        from generate_series(1, 12) as w (week)
        cross join generate_series(-1, 1) as s (step)
    ),
    hours as materialized (
        select p.point_end, h.hour as time_bucket
        from points as p
        cross join lateral generate_series(
            p.point_start, p.point_end - interval '1 hour', '1 hour'
        ) as h (hour)
    ),
    measured as materialized (
        select r.group_number, r.metric, r.time_bucket, r.count, r.sum, r.min, r.max, r.sketch
        from generate_series(1, 12) as w (week)
        cross join lateral perf_internal.read_metrics(
            read_baselines.pipeline,
            v_metrics,
            v_series_ids,
            v_end - w.week * interval '7 days' - interval '1 hour' - read_baselines.time_window,
            v_end - w.week * interval '7 days' + interval '1 hour',
            'hourly',
            group_numbers => v_numbers,
            percentiles => null,
            sketched_metrics => v_sketched_metrics
        ) as r
    ),
    beginnings as materialized (
        select m.threshold_id, m.labels, min(r.time_bucket) as began_at
        from perf_internal.read_metrics(
            read_baselines.pipeline,
            v_metrics,
            case
                when exists (select from rules as x where x.is_total) then v_series_ids
            end,
            v_end - interval '14 weeks',
            v_end,
            'weekly',
            group_numbers => v_numbers,
            percentiles => null,
            sketched_metrics => '{}'
        ) as r
        join members as m on m.number = r.group_number and m.metric_name = r.metric
        group by 1, 2
    ),
    sums as materialized (
        select
            m.threshold_id,
            m.labels,
            h.point_end,
            sum(e.count)::bigint as count,
            sum(e.sum) as sum,
            min(e.min) as min,
            max(e.max) as max,
            perf_internal.sum_sketches(e.sketch) as sketch
        from measured as e
        join members as m on m.number = e.group_number and m.metric_name = e.metric
        join hours as h on h.time_bucket = e.time_bucket
        group by 1, 2, 3
    ),
    groups as materialized (
        select distinct m.threshold_id, m.labels
        from members as m
    ),
    past_values as materialized (
        select
            g.threshold_id,
            g.labels,
            p.week,
            perf_internal.get_threshold_value(
                r.statistic,
                s.count,
                s.sum,
                s.min,
                s.max,
                case
                    when r.statistic in ('p50', 'p95', 'p99') and s.count > 0
                    then array_fill(
                        (perf_internal.get_sketch_percentiles(
                            s.sketch,
                            s.count,
                            case r.statistic
                                when 'p50' then '{0.5}'
                                when 'p95' then '{0.95}'
                                else '{0.99}'
                            end::float8[],
                            s.min,
                            s.max
                        ))[1],
                        array[3]
                    )
                end,
                read_baselines.time_window,
                r.is_share
            ) as value
        from groups as g
        join rules as r on r.id = g.threshold_id
        cross join points as p
        left join sums as s
            on s.threshold_id = g.threshold_id
            and s.labels = g.labels
            and s.point_end = p.point_end
        left join beginnings as b on b.threshold_id = g.threshold_id and b.labels = g.labels
        where p.point_start >= v_kept_from
            and case
                when r.is_total
                then s.count > 0 or p.point_start >= b.began_at + interval '7 days'
                else s.count >= r.minimum_sample
            end
    )
    select v.threshold_id, v.labels, array_agg(v.value), count(distinct v.week)
    from past_values as v
    where v.value is not null
    group by 1, 2;
end
$$;

comment on function perf_internal.read_baselines is
    'For thresholds (rule_ids) with baseline hour_of_week of one pipeline and time window (whole hours): the values of each group in windows of the same length, at this hour of the week and an hour beside it, in the last 12 weeks, and the number of weeks that have one. Windows with fewer values than minimum_sample are left out; for counts and sums they are 0. The arrays are as perf_internal.get_threshold_series returns them. Errors: as perf_internal.read_metrics.';

revoke execute on function perf_internal.read_baselines from public;
grant execute on function perf_internal.read_baselines
    to authenticated, service_role, perf_admin, perf_analyst;
