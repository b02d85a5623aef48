create or replace function perf.query_metrics(
    metric text,
    start_time timestamptz,
    end_time timestamptz,
    labels jsonb default '{}',
    group_by text[] default '{}',
    granularity text default null,
    percentiles double precision[] default '{0.5,0.95,0.99}'
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
    total double precision
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
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_time_range(query_metrics.start_time, query_metrics.end_time);
    perform perf_internal.check_percentiles(query_metrics.percentiles);
    if query_metrics.granularity is not null then
        perform perf_internal.get_width(query_metrics.granularity);
    end if;
    if jsonb_typeof(query_metrics.labels) <> 'object' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'labels must be a JSON object, got '
                || perf_internal.quote_value(query_metrics.labels::text),
            hint = 'For example {"model": "openai/gpt-4o"}.';
    elsif array_position(query_metrics.group_by, null) is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'group_by must hold names of labels, got null';
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
        r.sum
    from perf_internal.read_metrics(
        v_metric.pipeline,
        array[v_metric.metric],
        coalesce(v_series_ids, '{}'),
        query_metrics.start_time,
        query_metrics.end_time,
        query_metrics.granularity,
        group_numbers => v_group_numbers,
        percentiles => query_metrics.percentiles
    ) as r
    order by r.group_number, r.time_bucket;
end
$$;

comment on function perf.query_metrics is
    'How any metric of perf.metrics behaved over a time range, with rows that are not rolled up yet: of the series that have all given labels, by the labels that group_by names (empty: all together) and, with a granularity (hourly, daily, weekly; UTC, weeks from Monday), by the buckets that start in the range; without one, over the whole hours that start in it. Count, average, standard deviation, extremes, percentiles (0 to 1, within 0.5 %; null for shares) and total, in the unit of the metric. The count of a share, such as error_rate, is of what it is a share of. Errors: 22023 bad argument, 42501 not an analyst, PT404 no such metric.';

revoke execute on function perf.query_metrics from public;
grant execute on function perf.query_metrics
    to authenticated, service_role, perf_admin, perf_analyst;
