create or replace function perf_internal.add_metric(
    pipeline text,
    metric text,
    expression text,
    unit text,
    better text,
    meaning text,
    is_sketched boolean default true
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if add_metric.metric ~ '^(failed|successful)_' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'metric must not begin with failed_ or successful_, got '
                || perf_internal.quote_value(add_metric.metric),
            hint = 'Those are made of a metric where rows can fail.';
    elsif exists (
        select 1
        from perf.metrics as m
        where m.metric = add_metric.metric
            and m.pipeline <> add_metric.pipeline
    ) then
        raise exception using
            errcode = 'unique_violation',
            message = 'another pipeline has a metric '
                || perf_internal.quote_value(add_metric.metric),
            hint = 'A metric is named once for all pipelines.';
    elsif add_metric.expression is null
        and (perf_internal.get_pipeline(add_metric.pipeline)).failed_when is not null
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'expression must be given, because rows of pipeline %s can fail',
                perf_internal.quote_value(add_metric.pipeline)
            ),
            hint = 'A summary does not say which of its values failed.';
    end if;
    insert into perf.metrics (metric, pipeline, kind, unit, better, meaning, expression, is_sketched)
    values (
        add_metric.metric,
        add_metric.pipeline,
        case when add_metric.expression is null then 'summary' else 'measured' end,
        add_metric.unit,
        add_metric.better,
        add_metric.meaning,
        add_metric.expression,
        add_metric.is_sketched
    )
    on conflict on constraint metrics_pkey do update
    set pipeline = excluded.pipeline,
        kind = excluded.kind,
        unit = excluded.unit,
        better = excluded.better,
        meaning = excluded.meaning,
        expression = excluded.expression,
        is_sketched = excluded.is_sketched,
        base_metric = excluded.base_metric,
        other_metric = excluded.other_metric;
    perform perf_internal.add_outcome_metrics(array[add_metric.metric]);
    -- Tried here, so that a mistake in the expression ends the migration and not every later run.
    execute format(
        'select from (%s) as q limit 0',
        perf_internal.get_summary_query(add_metric.pipeline, 'false')
    );
end
$$;

comment on function perf_internal.add_metric is
    'Adds a metric to a pipeline, or changes it. Without an expression, raw rows are summaries of its values; see perf.metrics. Without a sketch it has no percentiles, and runs take less time. Where rows can fail, also adds two more with failed_ and successful_ before its name. Counts rows that come from now on; perf.rebuild_performance_metrics() counts older ones that raw rows still cover. Errors: PT404 no such pipeline, 22023 the name begins with failed_ or successful_, or no expression where rows can fail; 23505 another pipeline has it; 23514 no sketch of a summary.';

revoke execute on function perf_internal.add_metric from public;
