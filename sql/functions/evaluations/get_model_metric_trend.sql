-- Evaluations are kept for ever, so it reads them and no rollups. Dynamic SQL, because the catalogue
-- says how a metric follows from an evaluation. The Theil-Sen slope looks at every pair of points, so
-- of more than 1000 it takes the means of 1000 equal parts.
create or replace function perf.get_model_metric_trend(
    model_type text,
    machine_id uuid,
    metric text,
    start_time timestamptz default now() - interval '90 days',
    end_time timestamptz default now(),
    window_size integer default 7,
    confidence double precision default 0.95,
    max_rows integer default 1000
)
returns table (
    evaluation_date timestamptz,
    value double precision,
    moving_average double precision,
    trend_value double precision,
    model_version text,
    point_count bigint,
    slope_per_day double precision,
    slope_low double precision,
    slope_high double precision,
    p_value double precision,
    verdict text,
    reason text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_metric perf.metrics;
    v_series_id uuid;
    v_dates timestamptz[];
    v_values double precision[];
    v_versions text[];
    v_days double precision[];
    v_tested double precision[];
    v_slope record;
    v_p_value double precision;
    v_verdict text;
    v_reason text;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(get_model_metric_trend.max_rows);
    perform perf_internal.check_time_range(
        get_model_metric_trend.start_time, get_model_metric_trend.end_time
    );
    if get_model_metric_trend.window_size between 1 and 1000 is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'window_size must be between 1 and 1000 evaluations, got '
                || coalesce(get_model_metric_trend.window_size::text, 'null');
    end if;
    v_series_id := perf_internal.get_trained_model(
        get_model_metric_trend.model_type, get_model_metric_trend.machine_id
    );
    if v_series_id is null then
        raise exception using
            errcode = 'PT404',
            message = format(
                'there is no trained model %s with machine_id %s',
                perf_internal.quote_value(get_model_metric_trend.model_type),
                coalesce(get_model_metric_trend.machine_id::text, 'null')
            ),
            hint = 'select model_type, machine_id from perf.v_latest_model_performance lists them.';
    end if;
    v_metric := perf_internal.find_evaluation_metric(get_model_metric_trend.metric);
    execute format(
        'select
            array_agg(e.evaluation_date order by e.evaluation_date, e.id),
            array_agg(e.value order by e.evaluation_date, e.id),
            array_agg(e.model_version order by e.evaluation_date, e.id)
        from (
            select r.evaluation_date, r.id, r.model_version, (%s)::double precision as value
            from perf.model_performance_metrics as r
            where r.series_id = $1
                and r.evaluation_date >= $2
                and r.evaluation_date < $3
                and r.id > $4
        ) as e
        where e.value is not null',
        case v_metric.kind
            when 'named'
                then 'select m.value
                    from unnest(perf_internal.get_evaluation_measures(r.metrics)) as m
                    where m.name = $5'
            else v_metric.expression
        end
    )
    into v_dates, v_values, v_versions
    using v_series_id, get_model_metric_trend.start_time, get_model_metric_trend.end_time,
        v_metric.counted_after_id, v_metric.metric;
    -- Evaluations at one time, as of several versions, are one point: no order is among them.
    select array_agg(p.days order by p.days), array_agg(p.value order by p.days)
    into v_days, v_tested
    from (
        select avg(t.days) as days, avg(t.value) as value
        from (
            select
                extract(epoch from u.evaluation_date - v_dates[1])::double precision / 86400 as days,
                avg(u.value) as value,
                case
                    when count(*) over () > 1000 then ntile(1000) over (order by u.evaluation_date)
                    else row_number() over (order by u.evaluation_date)
                end as part
            from unnest(v_dates, v_values) as u (evaluation_date, value)
            group by u.evaluation_date
        ) as t
        group by t.part
    ) as p;
    select s.slope, s.low, s.high, s.intercept
    into v_slope
    from perf.get_theil_sen_slope(
        coalesce(v_days, '{}'), coalesce(v_tested, '{}'), get_model_metric_trend.confidence
    ) as s;
    if cardinality(v_tested) >= 8 then
        select k.p_value into v_p_value from perf.get_mann_kendall_test(v_tested) as k;
    else
        v_slope.low := null;
        v_slope.high := null;
    end if;
    v_verdict := case
        when v_p_value is null then 'insufficient_data'
        when v_p_value > 1 - get_model_metric_trend.confidence or v_slope.slope = 0 then 'stable'
        when v_metric.better is null and v_slope.slope > 0 then 'rising'
        when v_metric.better is null then 'falling'
        when (v_slope.slope > 0) = (v_metric.better = 'higher') then 'improving'
        else 'degrading'
    end;
    select format(
        case v_verdict
            when 'insufficient_data'
                then 'A verdict needs evaluations at 8 times or more, and %7$s have %1$s.'
            when 'stable'
                then 'No clear trend of %1$s: %2$s a day (%3$s to %4$s at %5$s %% confidence); Mann-Kendall p %6$s over %7$s.'
            else '%1$s changes by %2$s a day (%3$s to %4$s at %5$s %% confidence); Mann-Kendall p %6$s over %7$s; '
                || case v_metric.better
                    when 'higher' then 'higher is better.'
                    when 'lower' then 'lower is better.'
                    else 'perf.set_metric() can say which is better.'
                end
        end,
        v_metric.metric,
        n.shown[1],
        n.shown[2],
        n.shown[3],
        trim_scale((100 * get_model_metric_trend.confidence)::numeric),
        case
            when v_p_value < 0.0001 then '< 0.0001'
            else '= ' || round(v_p_value::numeric, 4)
        end,
        case
            when cardinality(v_tested) < cardinality(v_values)
                then format('%s points of %s evaluations', cardinality(v_tested), cardinality(v_values))
            else format('%s evaluations', coalesce(cardinality(v_values), 0))
        end
    )
    into v_reason
    from (
        select array_agg(
            case
                when u.value = 0 then '0'
                else round(u.value::numeric, 2 - floor(log(abs(u.value)))::integer)
                    ::double precision::text
            end
            order by u.position
        ) as shown
        from unnest(array[v_slope.slope, v_slope.low, v_slope.high])
            with ordinality as u (value, position)
    ) as n;
    return query
    select
        u.evaluation_date,
        u.value,
        avg(u.value) over (
            order by u.position
            rows between get_model_metric_trend.window_size - 1 preceding and current row
        ),
        v_slope.intercept + v_slope.slope
            * extract(epoch from u.evaluation_date - v_dates[1])::double precision / 86400,
        u.model_version,
        cardinality(v_values)::bigint,
        v_slope.slope,
        v_slope.low,
        v_slope.high,
        v_p_value,
        v_verdict,
        v_reason
    from unnest(v_dates, v_values, v_versions)
        with ordinality as u (evaluation_date, value, model_version, position)
    order by u.position;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_model_metric_trend.max_rows, v_row_count, 'weekly');
end
$$;

comment on function perf.get_model_metric_trend is
    'A metric of the evaluations of a model type on a machine (null: on none) over a time range, oldest first, and whether it gets better. metric is rmse, r_squared and so on, or a further one with or without "evaluation." before it. moving_average is the mean of the last window_size evaluations of the range. slope_per_day is the Theil-Sen slope (Sen 1968): the median change a day over all pairs of points, which a few outliers do not move; slope_low and slope_high are its interval at this confidence, and trend_value is its line. p_value is of the Mann-Kendall test (Mann 1945, Kendall 1975) that there is no trend. verdict is improving or degrading where p_value is at most 1 - confidence and the catalogue knows which values are better (see perf.set_metric()), rising or falling where it does not, stable where no trend is clear, and insufficient_data for evaluations at fewer than 8 times; reason says why. Evaluations at one time count as one point, their mean. Of more than 1000 points, 1000 means of as many neighbours each are tested. The test takes evaluations for independent: where each is much like the one before it, a verdict comes too easily. All rows repeat point_count, how many evaluations have the metric, and what follows from them all. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst, PT404 no such model or metric.';

revoke execute on function perf.get_model_metric_trend from public;
grant execute on function perf.get_model_metric_trend
    to authenticated, service_role, perf_admin, perf_analyst;
