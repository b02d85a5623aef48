create or replace function perf_internal.add_metric(
    pipeline text,
    metric text,
    expression text,
    unit text,
    better text,
    meaning text
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
    end if;
    insert into perf.metrics
    select
        n.metric,
        add_metric.pipeline,
        n.kind,
        add_metric.unit,
        add_metric.better,
        n.meaning,
        n.expression,
        n.base_metric,
        n.other_metric
    from (
        values
            (
                add_metric.metric,
                'measured',
                add_metric.meaning,
                add_metric.expression,
                null,
                null
            ),
            (
                'failed_' || add_metric.metric,
                'failed',
                add_metric.meaning || ' Of failed rows only.',
                null,
                add_metric.metric,
                null
            ),
            (
                'successful_' || add_metric.metric,
                'difference',
                add_metric.meaning || ' Of successful rows only.',
                null,
                add_metric.metric,
                'failed_' || add_metric.metric
            )
    ) as n (metric, kind, meaning, expression, base_metric, other_metric)
    where n.kind = 'measured'
        or exists (
            select 1
            from perf_internal.pipelines as p
            where p.pipeline = add_metric.pipeline
                and p.failed_when is not null
        )
    on conflict on constraint metrics_pkey do update
    set pipeline = excluded.pipeline,
        kind = excluded.kind,
        unit = excluded.unit,
        better = excluded.better,
        meaning = excluded.meaning,
        expression = excluded.expression,
        base_metric = excluded.base_metric,
        other_metric = excluded.other_metric;
    -- Tried here, so that a mistake in the expression ends the migration and not every later run.
    execute format(
        'select from (%s) as q limit 0',
        perf_internal.get_summary_query(add_metric.pipeline, 'false')
    );
end
$$;

comment on function perf_internal.add_metric is
    'Adds a metric to a pipeline, or changes it. Where rows can fail, also adds two more with failed_ and successful_ before its name. Counts rows that come from now on; perf.rebuild_performance_metrics() counts older ones that raw rows still cover. Errors: 22023 the name begins with failed_ or successful_, 23505 another pipeline has it.';

revoke execute on function perf_internal.add_metric from public;
