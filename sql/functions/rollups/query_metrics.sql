create or replace function perf.query_metrics(
    metric text,
    start_time timestamptz,
    end_time timestamptz,
    labels jsonb default '{}',
    group_by text[] default '{}',
    granularity text default null,
    percentiles double precision[] default '{0.5,0.95,0.99}',
    max_rows integer default 1000,
    time_zone text default 'UTC',
    confidence double precision default null
)
returns table (
    group_labels jsonb,
    time_bucket timestamptz,
    count bigint,
    average double precision,
    deviation double precision,
    minimum double precision,
    maximum double precision,
    percentile_values double precision[],
    total double precision,
    range_start timestamptz,
    range_end timestamptz,
    average_low double precision,
    average_high double precision,
    percentile_lows double precision[],
    percentile_highs double precision[]
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set jit = off
as $$
#variable_conflict use_column
declare
    v_metric perf.metrics;
    v_series_ids uuid[];
    v_group_numbers integer[];
    v_groups jsonb[];
    v_width interval;
    v_cover record;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_time_range(query_metrics.start_time, query_metrics.end_time);
    perform perf_internal.check_percentiles(query_metrics.percentiles);
    perform perf_internal.check_max_rows(query_metrics.max_rows);
    perform perf_internal.check_time_zone(query_metrics.time_zone);
    if query_metrics.confidence is not null then
        perform perf_internal.check_confidence(query_metrics.confidence);
    end if;
    if query_metrics.granularity is not null then
        v_width := perf_internal.get_width(query_metrics.granularity);
    end if;
    perform perf_internal.check_labels(query_metrics.labels);
    if array_ndims(query_metrics.group_by) > 1
        or (
            select count(*) > count(distinct g.name) from unnest(query_metrics.group_by) as g (name)
        )
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'group_by must hold names of labels, each once, got '
                || perf_internal.quote_value(query_metrics.group_by::text);
    end if;
    select m.* into v_metric
    from perf.metrics as m
    where m.metric = query_metrics.metric;
    if not found then
        raise exception using
            errcode = 'PT404',
            message = 'there is no metric ' || perf_internal.quote_value(query_metrics.metric),
            hint = 'select metric, meaning from perf.metrics lists them.';
    end if;
    select
        array_agg(g.series_id),
        array_agg(g.group_number),
        array_agg(distinct g.group_labels order by g.group_labels)
    into v_series_ids, v_group_numbers, v_groups
    from (
        select
            s.series_id,
            s.group_labels,
            dense_rank() over (order by s.group_labels)::integer as group_number
        from perf_internal.get_series(
            v_metric.pipeline, query_metrics.labels, query_metrics.group_by
        ) as s
    ) as g;
    select min(c.range_start) as range_start, max(c.range_end) as range_end
    into v_cover
    from perf_internal.get_cover(
        v_metric.pipeline, query_metrics.start_time, query_metrics.end_time
    ) as c;
    return query
    select
        v_groups[r.group_number],
        r.time_bucket,
        r.count,
        r.sum / r.count,
        sqrt(r.m2 / nullif(r.count - 1, 0)),
        r.min,
        r.max,
        r.percentile_values,
        r.sum,
        coalesce(r.time_bucket, v_cover.range_start),
        case query_metrics.granularity
            when 'hourly' then r.time_bucket + v_width
            -- The longest day has 25 hours, so 26 hours later is in the next day.
            else coalesce(
                perf_internal.get_zone_bucket(
                    r.time_bucket + v_width + interval '2 hours',
                    query_metrics.granularity,
                    query_metrics.time_zone
                ),
                v_cover.range_end
            )
        end,
        r.average_low,
        r.average_high,
        r.percentile_lows,
        r.percentile_highs
    from (
        select
            m.group_number,
            m.time_bucket,
            m.count,
            m.sum,
            m.m2,
            m.min,
            m.max,
            m.percentile_values,
            null::double precision as average_low,
            null::double precision as average_high,
            null::double precision[] as percentile_lows,
            null::double precision[] as percentile_highs
        from perf_internal.read_metrics(
            v_metric.pipeline,
            array[v_metric.metric],
            coalesce(v_series_ids, '{}'),
            query_metrics.start_time,
            query_metrics.end_time,
            query_metrics.granularity,
            group_numbers => v_group_numbers,
            percentiles => query_metrics.percentiles,
            time_zone => query_metrics.time_zone
        ) as m
        where query_metrics.confidence is null
        union all
        select
            i.group_number,
            i.time_bucket,
            i.count,
            i.sum,
            i.m2,
            i.min,
            i.max,
            i.percentile_values,
            i.average_low,
            i.average_high,
            i.percentile_lows,
            i.percentile_highs
        from perf_internal.read_intervals(
            v_metric.metric,
            coalesce(v_series_ids, '{}'),
            query_metrics.start_time,
            query_metrics.end_time,
            query_metrics.granularity,
            v_group_numbers,
            query_metrics.percentiles,
            query_metrics.time_zone,
            query_metrics.confidence
        ) as i
        where query_metrics.confidence is not null
    ) as r
    order by r.group_number, r.time_bucket
    limit query_metrics.max_rows + 1;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(
        query_metrics.max_rows, v_row_count, query_metrics.granularity
    );
end
$$;

comment on function perf.query_metrics is
    'How any metric of perf.metrics behaved over a time range, with rows that are not rolled up yet. It takes the series that have all given labels, and groups them by the labels that group_by names (empty: all together). With a granularity (hourly, daily, weekly from Monday) there is a row for each bucket that starts in the range; without one, a row for the whole hours that start in it. A day or week of time_zone (UTC, or a name such as Asia/Kolkata) is the hours of UTC that start in it, and time_bucket is the first of them. range_start and range_end are what a row counts: without a granularity these are whole days or weeks where retention has removed the hours. The columns are count, average, standard deviation (null where values vary by less than 3e-7 of their size), extremes, percentiles (0 to 1, within 0.5 %; null for shares, and where is_sketched of perf.metrics is false) and total, in the unit of the metric. Extremes of a successful_ metric are within 0.5 % where a failed row is as low or as high; else they are exact. The count of a share, such as error_rate, is the number of values that it is a share of. With confidence there is an interval of the average (Student''s t, Wilson''s of a share) and of each percentile (by ranks, from the sketch), null where there are too few values; percentiles are then at most 66. Errors: 22023 bad argument, a label that no series has, or more than max_rows (at most 100000) rows, 42501 not an analyst, PT404 no such metric.';

revoke execute on function perf.query_metrics from public;
grant execute on function perf.query_metrics
    to authenticated, service_role, perf_admin, perf_analyst;
