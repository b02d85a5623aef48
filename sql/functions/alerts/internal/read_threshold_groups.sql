-- One read for all thresholds of the window. Each series is read once, also where several thresholds
-- or groups have it, and what was read is added up by group. Where most series are asked for few of
-- the metrics, there is one read for each metric instead.
--
-- Sketches are read only of metrics of which a percentile is asked, and of successful_ metrics of
-- which an extreme is, because that comes from the sketch.
create or replace function perf_internal.read_threshold_groups(
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
    is_dead boolean
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set jit = off
set work_mem = '64MB'
set enable_nestloop = off
set enable_mergejoin = off
set enable_sort = off
as $$
begin
    return query
    with rules as materialized (
        select
            t.id,
            t.metric_name,
            t.statistic,
            t.no_data,
            t.minimum_sample,
            t.group_by = '{}' as is_single,
            m.kind = 'share' as is_share,
            t.statistic in ('p50', 'p95', 'p99') as is_percentile,
            t.statistic in ('p50', 'p95', 'p99')
                or t.statistic in ('min', 'max') and m.kind = 'difference' as is_sketched
        from perf.performance_alert_thresholds as t
        join perf.metrics as m on m.metric = t.metric_name
        where t.id = any(read_threshold_groups.rule_ids)
    ),
    members as materialized (
        select s.threshold_id, s.series_id, s.labels, r.metric_name, r.is_sketched
        from unnest(
            read_threshold_groups.threshold_ids,
            read_threshold_groups.series_ids,
            read_threshold_groups.group_labels
        ) as s (threshold_id, series_id, labels)
        join rules as r on r.id = s.threshold_id
    ),
    metric_series as materialized (
        select
            m.metric_name,
            bool_or(m.is_sketched) as is_sketched,
            array_agg(distinct m.series_id) as series_ids
        from members as m
        group by 1
    ),
    all_series as materialized (
        select array_agg(distinct m.series_id) as series_ids
        from members as m
    ),
    shape as materialized (
        select sum(cardinality(m.series_ids)) * 2
            < count(*) * (select cardinality(a.series_ids) from all_series as a) as is_split
        from metric_series as m
    ),
    reads as materialized (
        select
            array[m.metric_name] as metrics,
            case when m.is_sketched then array[m.metric_name] else '{}' end as sketched_metrics,
            m.series_ids
        from metric_series as m
        cross join shape as h
        where h.is_split
        union all
        select
            array_agg(m.metric_name),
            coalesce(array_agg(m.metric_name) filter (where m.is_sketched), '{}'),
            (select a.series_ids from all_series as a)
        from metric_series as m
        cross join shape as h
        where not h.is_split
        having count(*) > 0
    ),
    measured as materialized (
        select q.series_ids[r.group_number] as series_id,
            r.metric, r.count, r.sum, r.min, r.max, r.sketch
        from reads as q
        cross join lateral perf_internal.read_metrics(
            read_threshold_groups.pipeline,
            q.metrics,
            q.series_ids,
            read_threshold_groups.as_of - read_threshold_groups.time_window,
            read_threshold_groups.as_of,
            group_numbers => array(select generate_series(1, cardinality(q.series_ids))),
            percentiles => null,
            sketched_metrics => q.sketched_metrics,
            is_exact => true
        ) as r
    ),
    sums as materialized (
        select
            m.threshold_id,
            m.labels,
            sum(e.count)::bigint as count,
            sum(e.sum) as sum,
            min(e.min) as min,
            max(e.max) as max,
            perf_internal.sum_sketches(e.sketch) as sketch
        from members as m
        left join measured as e on e.series_id = m.series_id and e.metric = m.metric_name
        group by m.threshold_id, m.labels
    ),
    -- Groups of which it must be known whether they had data in the last 7 days.
    silent as materialized (
        select m.threshold_id, m.labels, m.series_id, m.metric_name
        from sums as s
        join rules as r on r.id = s.threshold_id
        join members as m on m.threshold_id = s.threshold_id and m.labels = s.labels
        where s.count is null
            and not r.is_single
            and (
                r.no_data = 'alert'
                or r.statistic in ('count', 'sum')
                or r.statistic = 'rate' and not r.is_share
            )
    ),
    silent_series as materialized (
        select array_agg(distinct s.series_id order by s.series_id) as ids
        from silent as s
    ),
    alive as materialized (
        select distinct s.threshold_id, s.labels
        from perf_internal.read_metrics(
            read_threshold_groups.pipeline,
            array(select distinct s.metric_name from silent as s),
            (select s.ids from silent_series as s),
            read_threshold_groups.as_of - interval '7 days',
            read_threshold_groups.as_of,
            group_numbers => array(
                select generate_series(1, (select cardinality(s.ids) from silent_series as s))
            ),
            percentiles => null,
            sketched_metrics => '{}'
        ) as r
        join silent as s
            on s.series_id = (select i.ids from silent_series as i)[r.group_number]
            and s.metric_name = r.metric
    )
    select
        r.id,
        coalesce(s.labels, '{}'),
        perf_internal.get_threshold_value(
            r.statistic,
            s.count,
            s.sum,
            s.min,
            s.max,
            case
                when r.is_percentile and s.count > 0
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
            read_threshold_groups.time_window,
            r.is_share
        ),
        coalesce(s.count, 0),
        s.count is null
            and not r.is_single
            and (
                r.no_data = 'alert'
                or r.statistic in ('count', 'sum')
                or r.statistic = 'rate' and not r.is_share
            )
            and a.threshold_id is null
    from rules as r
    left join sums as s on s.threshold_id = r.id
    left join alive as a on a.threshold_id = s.threshold_id and a.labels = s.labels
    where r.is_single
        or s.threshold_id is not null;
end
$$;

comment on function perf_internal.read_threshold_groups is
    'The values of thresholds (rule_ids) of one pipeline and time window, in the window before as_of: one row for each combination of group labels, and one for a threshold without group_by. The series and groups of the thresholds are three arrays, as perf_internal.get_threshold_series returns them. is_dead: it is a group of a threshold with no_data alert or statistic count, sum or rate (of no share), and had no data in the last 7 days. Errors: as perf_internal.read_metrics.';

revoke execute on function perf_internal.read_threshold_groups from public;
grant execute on function perf_internal.read_threshold_groups
    to authenticated, service_role, perf_admin, perf_analyst;
