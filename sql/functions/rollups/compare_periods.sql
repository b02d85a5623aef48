-- Ranges are exact. With whole hours an hour that is half over would count for a whole one.
--
-- A difference has the interval of perf.get_difference_interval() (MOVER, Zou and Donner 2008), and
-- in percent that of perf_internal.get_percent_interval() (Donner and Zou 2012). For rates of a Poisson
-- process with exact limits see Li, Tang and Wong, Computational Statistics 29 (2014) 869-889. Counts
-- and totals are compared per time: those of before are scaled to the length of the period.
create or replace function perf.compare_periods(
    metrics text[],
    start_time timestamptz,
    end_time timestamptz,
    before_start timestamptz default null,
    before_end timestamptz default null,
    labels jsonb default '{}',
    min_count integer default 30,
    confidence double precision default 0.95,
    as_of timestamptz default now()
)
returns table (
    metric text,
    statistic text,
    unit text,
    better text,
    before_value double precision,
    value double precision,
    difference double precision,
    difference_low double precision,
    difference_high double precision,
    percent double precision,
    percent_low double precision,
    percent_high double precision,
    before_count bigint,
    count bigint,
    verdict text,
    note text,
    range_start timestamptz,
    range_end timestamptz,
    before_range_start timestamptz,
    before_range_end timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
    v_unknown text;
    v_until timestamptz;
    v_before_from timestamptz;
    v_before_until timestamptz;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_time_range(compare_periods.start_time, compare_periods.end_time);
    perform perf_internal.check_as_of(compare_periods.as_of);
    perform perf_internal.check_confidence(compare_periods.confidence);
    perform perf_internal.check_labels(compare_periods.labels);
    if array_ndims(compare_periods.metrics) <> 1
        or cardinality(compare_periods.metrics) > 100
        or (
            select count(*) > count(distinct a.metric) from unnest(compare_periods.metrics) as a (metric)
        )
        or coalesce(cardinality(compare_periods.metrics), 0) = 0
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'metrics must hold 1 to 100 names, each once, got '
                || perf_internal.quote_value(compare_periods.metrics::text);
    end if;
    select a.metric into v_unknown
    from unnest(compare_periods.metrics) with ordinality as a (metric, number)
    where not exists (select from perf.metrics as m where m.metric = a.metric)
    order by a.number
    limit 1;
    if found then
        raise exception using
            errcode = 'PT404',
            message = 'there is no metric ' || perf_internal.quote_value(v_unknown),
            hint = 'select metric, meaning from perf.metrics lists them.';
    end if;
    if compare_periods.min_count is null or compare_periods.min_count < 1 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'min_count must be at least 1, got '
                || coalesce(compare_periods.min_count::text, 'null');
    end if;
    v_until := greatest(
        compare_periods.start_time, least(compare_periods.end_time, compare_periods.as_of)
    );
    v_before_from := coalesce(
        compare_periods.before_start,
        coalesce(compare_periods.before_end, compare_periods.start_time)
            - (compare_periods.end_time - compare_periods.start_time)
    );
    v_before_until := coalesce(
        compare_periods.before_end, v_before_from + (v_until - compare_periods.start_time)
    );
    perform perf_internal.check_time_range(v_before_from, v_before_until);
    if v_before_until > compare_periods.start_time then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'start_time must not be before the end of the period before, got %s and %s',
                compare_periods.start_time, v_before_until
            ),
            hint = 'A range is half-open, so both may be the same time.';
    end if;
    return query
    with asked as (
        select m.*, a.number
        from unnest(compare_periods.metrics) with ordinality as a (metric, number)
        join perf.metrics as m on m.metric = a.metric
    ),
    pipelines as (
        select
            p.*,
            extract(epoch from p.range_end - p.range_start)::float8
                / nullif(extract(epoch from p.before_range_end - p.before_range_start)::float8, 0)
                as scale
        from (
            select
                g.pipeline,
                g.metrics,
                array(
                    select s.series_id
                    from perf_internal.get_series(g.pipeline, compare_periods.labels) as s
                ) as series_ids,
                coalesce(c.range_start, compare_periods.start_time) as range_start,
                coalesce(c.range_end, compare_periods.start_time) as range_end,
                coalesce(b.range_start, v_before_from) as before_range_start,
                coalesce(b.range_end, v_before_from) as before_range_end
            from (
                select a.pipeline, array_agg(a.metric) as metrics
                from asked as a
                group by a.pipeline
            ) as g
            cross join lateral (
                select min(x.range_start) as range_start, max(x.range_end) as range_end
                from perf_internal.get_cover(
                    g.pipeline, compare_periods.start_time, v_until, is_exact => true
                ) as x
            ) as c
            cross join lateral (
                select min(x.range_start) as range_start, max(x.range_end) as range_end
                from perf_internal.get_cover(
                    g.pipeline, v_before_from, v_before_until, is_exact => true
                ) as x
            ) as b
            offset 0
        ) as p
    ),
    -- Used twice, so each range is read once.
    sides as (
        select
            p.*,
            r.is_before,
            m.metric,
            m.statistic,
            m.value,
            m.low,
            m.high,
            m.count
        from pipelines as p
        cross join lateral (
            values
                (false, compare_periods.start_time, v_until),
                (true, v_before_from, v_before_until)
        ) as r (is_before, counted_from, counted_until)
        cross join lateral perf_internal.measure_period(
            p.pipeline,
            p.metrics,
            p.series_ids,
            r.counted_from,
            r.counted_until,
            compare_periods.confidence
        ) as m
    ),
    measured as (
        select
            k.number,
            k.metric,
            k.kind,
            a.statistic,
            array_position('{count,average,share,p50,p95,total}', a.statistic) as position,
            case when a.statistic in ('average', 'share', 'p50', 'p95') then k.better end as better,
            case
                when a.statistic = 'count' or (a.statistic = 'total' and k.kind = 'share')
                then 'values'
                else k.unit
            end as unit,
            b.value * f.factor as before_value,
            a.value,
            d.low,
            d.high,
            p.percent,
            p.low as percent_low,
            p.high as percent_high,
            b.count as before_count,
            a.count,
            case
                when a.statistic = 'count' then greatest(a.count, b.count)
                else least(a.count, b.count)
            end as fewest,
            f.factor,
            a.range_start,
            a.range_end,
            a.before_range_start,
            a.before_range_end
        from sides as a
        join sides as b on b.metric = a.metric
            and b.statistic = a.statistic
            and b.is_before
        join asked as k on k.metric = a.metric
        cross join lateral (
            select case when a.statistic in ('count', 'total') then a.scale else 1 end as factor
        ) as f
        cross join lateral (
            select greatest(abs(a.low), abs(a.high), abs(b.low * f.factor), abs(b.high * f.factor))
                < 1e150 as is_small
        ) as e
        left join lateral perf.get_difference_interval(
            b.value * f.factor, b.low * f.factor, b.high * f.factor, a.value, a.low, a.high
        ) as d on e.is_small
        cross join lateral perf_internal.get_percent_interval(
            b.value * f.factor, b.low * f.factor, b.high * f.factor, a.value, a.low, a.high
        ) as p
        where not a.is_before
    )
    select
        m.metric,
        m.statistic,
        m.unit,
        m.better,
        m.before_value,
        m.value,
        m.value - m.before_value,
        m.low,
        m.high,
        m.percent,
        m.percent_low,
        m.percent_high,
        m.before_count,
        m.count,
        case
            when m.fewest < compare_periods.min_count or m.low is null or m.high is null
            then 'insufficient_data'
            when m.low <= 0 and m.high >= 0 then 'no_clear_change'
            when m.better is null then case when m.low > 0 then 'higher' else 'lower' end
            when (m.low > 0) = (m.better = 'higher') then 'better'
            else 'worse'
        end,
        nullif(
            concat_ws(
                ' ',
                case
                    when v_until < compare_periods.end_time
                    then format(
                        'The period is not over: it counts until %s.',
                        to_char(v_until, 'YYYY-MM-DD HH24:MI "UTC"')
                    )
                end,
                n.text,
                case
                    when m.factor <> 1
                    then format(
                        'The value before is of %s hours and was scaled to the %s hours of the period.',
                        round(
                            (extract(epoch from m.before_range_end - m.before_range_start) / 3600), 2
                        ),
                        round((extract(epoch from m.range_end - m.range_start) / 3600), 2)
                    )
                end
            ),
            ''
        ),
        m.range_start,
        m.range_end,
        m.before_range_start,
        m.before_range_end
    from measured as m
    cross join lateral (
        select string_agg(
            case
                when x.counted_from = x.counted_until
                then format('Nothing is kept of %s.', x.side)
                else format(
                    'Only %s to %s counts as %s: raw rows or rollups of the rest are gone.',
                    to_char(x.counted_from, 'YYYY-MM-DD HH24:MI'),
                    to_char(x.counted_until, 'YYYY-MM-DD HH24:MI "UTC"'),
                    x.side
                )
            end,
            ' ' order by x.asked_from
        ) as text
        from (
            values
                (
                    'the period before',
                    v_before_from, v_before_until, m.before_range_start, m.before_range_end
                ),
                ('the period', compare_periods.start_time, v_until, m.range_start, m.range_end)
        ) as x (side, asked_from, asked_until, counted_from, counted_until)
        where x.asked_from < x.asked_until
            and (x.counted_from, x.counted_until) is distinct from (x.asked_from, x.asked_until)
    ) as n
    order by m.number, m.position;
end
$$;

comment on function perf.compare_periods is
    'What changed in metrics from a period to the one before it, by default the one of the same length that ends at start_time. Of a period that is not over, what is over by as_of counts, and the same part of the period before. A row for each metric and statistic: count, average (or share), p50 and p95 (where the metric has percentiles) and total, with the difference, its confidence interval in the unit of the statistic, the difference in percent of the value before with the interval of their ratio (perf_internal.get_percent_interval), and a verdict: better, worse (average, share and percentiles, where better says which is better), higher, lower, no_clear_change, or insufficient_data (fewer than min_count values on a side; of count, on both sides). Intervals: Student''s t of an average, Wilson''s of a share, ranks of a percentile, Poisson of a count, compound Poisson of a total; values that come in bursts vary more than that. Count and total of the period before are scaled to the length of the period, and note says so. Ranges are exact. Where raw rows or hours are gone, they are shorter, never longer. It was observed, not tried: whatever else changed is in the difference. Errors: 22023 bad argument, a label that no series has, or periods that overlap, 42501 not an analyst, PT404 no such metric.';

revoke execute on function perf.compare_periods from public;
grant execute on function perf.compare_periods
    to authenticated, service_role, perf_admin, perf_analyst;
