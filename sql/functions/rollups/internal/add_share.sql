create or replace function perf_internal.add_share(
    metric text,
    base_metric text,
    other_metric text,
    better text,
    meaning text
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_pipeline text := (
        select m.pipeline
        from perf.metrics as m
        join perf.metrics as o on o.pipeline = m.pipeline
        where m.metric = add_share.base_metric
            and o.metric = add_share.other_metric
            and not exists (
                select 1
                from perf.metrics as x
                where x.metric = add_share.metric
                    and x.pipeline <> m.pipeline
            )
    );
begin
    if v_pipeline is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'share %s must be of two metrics of one pipeline, got %s and %s',
                perf_internal.quote_value(add_share.metric),
                perf_internal.quote_value(add_share.base_metric),
                perf_internal.quote_value(add_share.other_metric)
            ),
            hint = 'Both must be in perf.metrics, and no other pipeline may have a metric of this name.';
    end if;
    insert into perf.metrics (
        metric, pipeline, kind, unit, better, meaning, base_metric, other_metric
    )
    values (
        add_share.metric,
        v_pipeline,
        'share',
        'share',
        add_share.better,
        add_share.meaning,
        add_share.base_metric,
        add_share.other_metric
    )
    on conflict on constraint metrics_pkey do update
    set pipeline = excluded.pipeline,
        kind = excluded.kind,
        unit = excluded.unit,
        better = excluded.better,
        meaning = excluded.meaning,
        base_metric = excluded.base_metric,
        other_metric = excluded.other_metric;
end
$$;

comment on function perf_internal.add_share is
    'Adds a metric that says how many of the values of other_metric are in base_metric, or changes it. Error 22023: the two are not metrics of one pipeline, or another pipeline has this metric.';

revoke execute on function perf_internal.add_share from public;
