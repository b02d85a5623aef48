create or replace function perf_internal.add_outcome_metrics(metrics text[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into perf.metrics (
        metric, pipeline, kind, unit, better, meaning, base_metric, other_metric, is_sketched
    )
    select
        n.metric,
        m.pipeline,
        n.kind,
        m.unit,
        m.better,
        m.meaning || n.meaning,
        m.metric,
        n.other_metric,
        m.is_sketched
    from perf.metrics as m
    join perf_internal.pipelines as p on p.pipeline = m.pipeline and p.failed_when is not null
    cross join lateral (
        values
            ('failed_' || m.metric, 'failed', ' Of failed rows only.', null),
            (
                'successful_' || m.metric,
                'difference',
                ' Of successful rows only.',
                'failed_' || m.metric
            )
    ) as n (metric, kind, meaning, other_metric)
    where m.metric = any(add_outcome_metrics.metrics)
    order by n.metric collate "C"
    on conflict on constraint metrics_pkey do update
    set pipeline = excluded.pipeline,
        kind = excluded.kind,
        unit = excluded.unit,
        better = excluded.better,
        meaning = excluded.meaning,
        expression = excluded.expression,
        base_metric = excluded.base_metric,
        other_metric = excluded.other_metric,
        is_sketched = excluded.is_sketched;
end
$$;

comment on function perf_internal.add_outcome_metrics is
    'Adds to metrics of pipelines whose rows can fail what failed and what succeeded of them: metrics with failed_ and successful_ before the name. Where these exist it makes them like the metric again.';

revoke execute on function perf_internal.add_outcome_metrics from public;
