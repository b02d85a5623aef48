-- Windows slide over buckets, so each raw row is read once however many windows it is in. A bucket is as
-- wide as the greatest common divisor of step and window, so every window is a whole number of them.
-- Between two steps at which a bucket enters or leaves the window nothing changes, so only these steps
-- have a row: a series with ten values a day costs twenty steps a day.
--
-- Sums, minima and maxima of a sliding window without subtracting: cut the buckets in blocks as wide as
-- the window. A window is the end of one block and the beginning of the next, which are running sums in
-- both directions (van Herk, 1992). So a window of 7 days costs no more than one of a minute, and sums
-- have no rounding errors of what has left. Sketches are exact numbers, and what leaves is subtracted.
--
-- Groups are read some at a time: all at once would fill the memory, and raw tables have no index by
-- series, so one at a time would read the range once for each.
--
-- Weights of the stored metrics and extremes of a successful_ metric as in perf_internal.get_read_query.
--
-- Dynamic SQL, because each pipeline has its own raw table.
create or replace function perf_internal.read_threshold_history(
    threshold perf.performance_alert_thresholds,
    series_ids uuid[],
    group_numbers integer[],
    first_at timestamptz,
    end_time timestamptz,
    step interval,
    is_raw boolean,
    is_needed boolean default true
)
returns table (
    group_number integer,
    as_of timestamptz,
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
set max_parallel_workers_per_gather = 0
as $$
declare
    v_metric perf.metrics;
    v_pipeline perf_internal.pipelines;
    v_statistic constant text := read_threshold_history.threshold.statistic;
    v_step constant bigint := 1000000 * extract(epoch from read_threshold_history.step);
    v_window bigint := 1000000 * extract(epoch from read_threshold_history.threshold.time_window);
    v_width bigint;
    v_bucket_width interval;
    v_percentile double precision := case v_statistic
        when 'p50' then 0.5
        when 'p95' then 0.95
        when 'p99' then 0.99
    end;
    v_is_above constant boolean := read_threshold_history.threshold.direction <> 'below';
    -- As in perf_internal.read_threshold_groups: a group without data for 7 days, counted in hours.
    v_can_die constant boolean := read_threshold_history.threshold.group_by <> '{}'
        and (
            read_threshold_history.threshold.no_data = 'alert'
            or v_statistic in ('count', 'sum')
            or v_statistic = 'rate' and not exists (
                select
                from perf.metrics as m
                where m.metric = read_threshold_history.threshold.metric_name
                    and m.kind = 'share'
            )
        );
    v_hour constant bigint := 3600000000;
    v_start timestamptz;
    v_alive_groups integer[];
    v_alive_hours bigint[];
    v_bound double precision;
    v_stored text[];
    v_sketched text[];
    v_parts text;
    v_source text;
    v_query text;
    v_batch_size integer;
    v_batch record;
begin
    if read_threshold_history.first_at >= read_threshold_history.end_time then
        return;
    end if;
    perform perf_internal.check_origin();
    select m.*
    into v_metric
    from perf.metrics as m
    where m.metric = read_threshold_history.threshold.metric_name;
    v_pipeline := perf_internal.get_pipeline(v_metric.pipeline);
    -- Anomalies are asked of the evaluation, one step after the other.
    if read_threshold_history.threshold.baseline is not null then
        return query
        select
            (a.labels #>> '{}')::integer,
            t.at,
            a.value,
            a.sample_count,
            case when a.is_dead or a.is_known then a.is_dead end
        from generate_series(
            read_threshold_history.first_at,
            read_threshold_history.end_time - interval '1 microsecond',
            read_threshold_history.step
        ) as t (at)
        cross join lateral perf_internal.read_anomalies(
            v_metric.pipeline,
            array[read_threshold_history.threshold.id],
            array_fill(
                read_threshold_history.threshold.id,
                array[cardinality(read_threshold_history.series_ids)]
            ),
            read_threshold_history.series_ids,
            array(
                select to_jsonb(g.number)
                from unnest(read_threshold_history.group_numbers) with ordinality
                    as g (number, position)
                order by g.position
            ),
            read_threshold_history.threshold.time_window,
            t.at
        ) as a;
        return;
    end if;
    if read_threshold_history.is_raw then
        v_width := gcd(v_step, v_window);
    else
        v_window := ceil(v_window::numeric / v_hour) * v_hour;
        v_width := v_hour;
    end if;
    v_start := read_threshold_history.first_at - v_window * interval '1 microsecond';
    if v_can_die then
        v_width := gcd(v_width, v_hour);
        select array_agg(d.group_number), array_agg(d.hour)
        into v_alive_groups, v_alive_hours
        from (
            select
                m.group_number,
                (
                    1000000 * extract(epoch from max(m.time_bucket) - v_start)
                )::bigint / v_width as hour
            from perf_internal.read_metrics(
                v_metric.pipeline,
                array[v_metric.metric],
                read_threshold_history.series_ids,
                read_threshold_history.first_at - interval '7 days',
                read_threshold_history.first_at,
                'hourly',
                read_threshold_history.group_numbers,
                null,
                '{}'
            ) as m
            group by 1
        ) as d;
    end if;
    v_bucket_width := v_width * interval '1 microsecond';
    -- A percentile that is surely on the good side of every limit need not be computed.
    if not read_threshold_history.is_needed
        and v_percentile is not null
        and read_threshold_history.threshold.direction <> 'both'
    then
        v_bound := case
            when v_is_above then least(
                read_threshold_history.threshold.warning_threshold,
                read_threshold_history.threshold.recovery_threshold
            )
            else greatest(
                read_threshold_history.threshold.warning_threshold,
                read_threshold_history.threshold.recovery_threshold
            )
        end;
    end if;
    select
        array_agg(distinct p.stored_metric),
        coalesce(
            array_agg(distinct p.stored_metric) filter (
                where v_metric.is_sketched
                    and v_metric.kind <> 'share'
                    and (
                        v_percentile is not null
                        or v_metric.kind = 'difference' and v_statistic in ('min', 'max')
                    )
            ),
            '{}'
        ),
        string_agg(
            format('(%L, %s, %s, %s)', p.stored_metric, p.count_weight, p.sum_weight, p.share_weight),
            ', '
        )
    into v_stored, v_sketched, v_parts
    from perf_internal.get_metric_parts(v_metric.pipeline, array[v_metric.metric]) as p;
    if read_threshold_history.is_raw then
        v_source := format(
            'select
        g.group_number, m.metric, m.time_bucket, m.count, m.sum, m.min, m.max, m.sketch
    from (
%s
    ) as m
    join (select unnest($1) as series_id, unnest($10) as group_number) as g
        on g.series_id = m.series_id',
            perf_internal.get_summary_query(
                v_metric.pipeline,
                format(
                    'r.%1$I = any($1) and r.%2$I >= $2 and r.%2$I < $3',
                    v_pipeline.series_column,
                    v_pipeline.time_column
                ),
                v_stored,
                v_sketched,
                v_bucket_width
            )
        );
    else
        v_source := format(
            'select
        m.group_number, m.metric, m.time_bucket, m.count, m.sum, m.min, m.max, m.sketch
    from perf_internal.read_metrics(
        %L, %L, $1, $2, $3, ''hourly'', $10, null, %L
    ) as m',
            v_metric.pipeline,
            v_stored,
            v_sketched
        );
    end if;
    -- Times are numbers of buckets: bucket n ends n widths after the start of the first window. So the
    -- first step is number $4, and a window is $4 buckets; a step is $5 of them, the last is number $6.
    v_query := format(
        'with buckets as materialized (
    select
        b.group_number,
        b.n,
        sum(p.count_weight * b.count)::bigint as count,
        sum(p.sum_weight * b.sum + p.share_weight * b.count) as sum,
        min(b.min) filter (where p.sum_weight = 1) as min,
        max(b.max) filter (where p.sum_weight = 1) as max,
        min(b.min) filter (where p.sum_weight = -1) as other_min,
        max(b.max) filter (where p.sum_weight = -1) as other_max,
        perf_internal.sum_sketches(
            case p.sum_weight when 1 then b.sketch when -1 then -b.sketch end
        ) as sketch
    from (
        select
            y.*,
            (1000000 * extract(epoch from y.time_bucket - $2))::bigint / $7 + 1 as n
        from (
%1$s
        ) as y
    ) as b
    join (values %2$s) as p (stored_metric, count_weight, sum_weight, share_weight)
        on p.stored_metric = b.metric
    group by 1, 2
),
hours as (
    select
        b.group_number,
        b.n,
        $12 * ((b.n - 1 + $13) / $12) - $13 as hour
    from buckets as b
    where %8$L
),
steps as (
    select distinct g.group_number, $4 as n
    from unnest($10) as g (group_number)
    union
    -- The step at which the bucket enters the window, and the one at which it leaves.
    select b.group_number, $4 + $5 * ((greatest(e.n - $4, 0) + $5 - 1) / $5)
    from buckets as b
    cross join lateral (values (b.n), (b.n + $4)) as e (n)
    union
    -- The step at which its hour is no longer one of the last 7 days.
    select h.group_number, $4 + $5 * ((greatest(h.hour + 168 * $12 - $4, -1) + $5) / $5)
    from hours as h
    union
    select a.group_number, $4 + $5 * ((greatest(a.hour + 168 * $12 - $4, -1) + $5) / $5)
    from unnest($11, $14) as a (group_number, hour)
    where a.group_number = any($10)
),
marks as (
    select
        coalesce(b.group_number, s.group_number) as group_number,
        coalesce(b.n, s.n) as n,
        (coalesce(b.n, s.n) - 1) / $4 as block,
        s.n is not null as is_step,
        coalesce(b.count, 0) as count,
        b.sum,
        b.min,
        b.max,
        b.other_min,
        b.other_max,
        b.sketch,
        h.hour
    from buckets as b
    left join hours as h on h.group_number = b.group_number and h.n = b.n
    full join (select t.group_number, t.n from steps as t where t.n <= $6) as s
        on s.group_number = b.group_number
        and s.n = b.n
),
ends as (
    select
        m.group_number,
        m.n,
        m.block,
        m.is_step,
        m.sketch,
        max(m.hour) over (partition by m.group_number order by m.n) as hour,
        sum(m.count) over before as count,
        sum(m.sum) over before as sum,
        min(m.min) over before as min,
        max(m.max) over before as max,
        min(m.other_min) over before as other_min,
        max(m.other_max) over before as other_max,
        sum(m.count) over after as next_count,
        sum(m.sum) over after as next_sum,
        min(m.min) over after as next_min,
        max(m.max) over after as next_max,
        min(m.other_min) over after as next_other_min,
        max(m.other_max) over after as next_other_max
    from marks as m
    window
        before as (partition by m.group_number, m.block order by m.n),
        after as (partition by m.group_number, m.block order by m.n desc)
),
windows as (
    select
        e.*,
        e.block > first_value(e.block) over w as is_split,
        first_value(e.next_count) over w as first_count,
        first_value(e.next_sum) over w as first_sum,
        first_value(e.next_min) over w as first_min,
        first_value(e.next_max) over w as first_max,
        first_value(e.next_other_min) over w as first_other_min,
        first_value(e.next_other_max) over w as first_other_max,
        %3$s as window_sketch
    from ends as e
    window w as (
        partition by e.group_number order by e.n range between $4 - 1 preceding and current row
    )
),
totals as (
    select
        w.group_number,
        w.n,
        w.hour,
        w.window_sketch as sketch,
        (w.count + case when w.is_split then w.first_count else 0 end)::bigint as count,
        case
            when w.is_split and w.first_sum is not null then w.first_sum + coalesce(w.sum, 0)
            else w.sum
        end as sum,
        least(w.min, case when w.is_split then w.first_min end) as min,
        greatest(w.max, case when w.is_split then w.first_max end) as max,
        least(w.other_min, case when w.is_split then w.first_other_min end) as other_min,
        greatest(w.other_max, case when w.is_split then w.first_other_max end) as other_max
    from windows as w
    where w.is_step
)
select
    t.group_number,
    $2 + t.n * $7 * interval ''1 microsecond'',
    perf_internal.get_threshold_value(
        $8, t.count, t.sum, x.min, x.max, %4$s, $9, %5$L
    ),
    t.count,
    %8$L and t.count = 0
        and coalesce(greatest(t.hour, a.hour) + 168 * $12 < t.n, true)
from totals as t
left join unnest($11, $14) as a (group_number, hour) on a.group_number = t.group_number
cross join lateral (
    select
        case
            when t.count = 0 then null
            when t.other_min <= t.min then %6$s
            else t.min
        end as min,
        case
            when t.count = 0 then null
            when t.other_max >= t.max then %7$s
            else t.max
        end as max
    offset 0
) as x
order by t.group_number, t.n',
        v_source,
        v_parts,
        case
            when v_sketched = '{}' then 'null::numeric'
            else 'perf_internal.sum_sketches(e.sketch) over w'
        end,
        case
            when v_percentile is null or v_sketched = '{}' then 'null'
            else format(
                'case
            %s
            else array_fill(
                (perf_internal.get_sketch_percentiles(
                    t.sketch, t.count, %L, x.min, x.max
                ))[1],
                ''{3}''
            )
        end',
                'when t.count = 0 then null' || case
                    when v_bound is null then ''
                    when v_is_above then format(
                        '
            when x.max <= %L then array_fill(x.max, ''{3}'')',
                        v_bound
                    )
                    else format(
                        '
            when x.min >= %L then array_fill(x.min, ''{3}'')',
                        v_bound
                    )
                end,
                array[v_percentile]
            )
        end,
        v_metric.kind = 'share',
        case
            when v_sketched = '{}' then 'null'
            else 'least(
                greatest(
                    (perf_internal.get_sketch_percentiles(t.sketch, t.count, ''{0}''))[1], t.min
                ),
                t.sum / t.count
            )'
        end,
        case
            when v_sketched = '{}' then 'null'
            else 'greatest(
                least(
                    (perf_internal.get_sketch_percentiles(t.sketch, t.count, ''{1}''))[1], t.max
                ),
                t.sum / t.count
            )'
        end,
        v_can_die
    );
    v_batch_size := greatest(
        1,
        1000000 * v_step / (1000000 * extract(epoch from
            read_threshold_history.end_time - read_threshold_history.first_at
        ))
    );
    for v_batch in
        select array_agg(s.series_id) as series_ids, array_agg(s.group_number) as group_numbers
        from unnest(
            read_threshold_history.series_ids, read_threshold_history.group_numbers
        ) as s (series_id, group_number)
        group by s.group_number / v_batch_size
        order by s.group_number / v_batch_size
    loop
        return query execute v_query
        using
            v_batch.series_ids,
            v_start,
            read_threshold_history.end_time,
            v_window / v_width,
            v_step / v_width,
            v_window / v_width
                + (1000000 * extract(epoch from
                    read_threshold_history.end_time - read_threshold_history.first_at
                ) - 1)::bigint / v_step * (v_step / v_width),
            v_width,
            v_statistic,
            v_window * interval '1 microsecond',
            v_batch.group_numbers,
            coalesce(v_alive_groups, '{}'),
            v_hour / v_width,
            (
                1000000 * extract(epoch from v_start - timestamptz '0001-01-01 00:00+00')
            )::bigint / v_width,
            coalesce(v_alive_hours, '{}');
    end loop;
end
$$;

comment on function perf_internal.read_threshold_history is
    'What perf_internal.read_threshold_samples() would have found of the groups of these series at first_at, which perf_internal.get_backtest_plan() found, and each step after it before end_time, had it seen what is recorded now: the value of the statistic and the number of values in the window. A step has a row only if its window holds other values than that of the step before, or it is_dead first: the group had no values for 7 days, as perf_internal.read_threshold_groups() means it. With a baseline, value is that of perf_internal.read_anomalies(), every step has a row, and is_dead is null where nothing is known of the past. With is_raw from raw rows; else from whole hours, and then the window is rounded up to whole hours, and step is a whole number of them. With is_needed false the percentile of a window whose values are all on the good side of the limits is its value that is nearest to them.';

revoke execute on function perf_internal.read_threshold_history from public;
grant execute on function perf_internal.read_threshold_history
    to authenticated, service_role, perf_admin, perf_analyst;
