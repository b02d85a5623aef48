-- Whether a metric has values is asked of the last week of each series, which the primary key finds. An
-- index by metric would cost every run. Dynamic SQL, because each pipeline has its own view of series
-- and its own raw table.
create or replace function perf.get_metrics(
    pipeline text default null,
    with_values boolean default false,
    max_rows integer default 10000
)
returns table (
    metric text,
    pipeline_name text,
    kind text,
    unit text,
    better text,
    has_percentiles boolean,
    meaning text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set jit = off
set enable_seqscan = off
as $$
declare
    v_pipeline perf_internal.pipelines;
    v_pending text;
    v_has_pending boolean;
    v_known text[];
    v_stored text[];
    v_counts numeric[];
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(get_metrics.max_rows);
    perform perf_internal.check_given('with_values', get_metrics.with_values::text);
    perform perf_internal.check_origin();
    if get_metrics.pipeline is not null then
        perform perf_internal.get_pipeline(get_metrics.pipeline);
    end if;
    for v_pipeline in
        select p.*
        from perf_internal.pipelines as p
        where get_metrics.with_values
            and (get_metrics.pipeline is null or p.pipeline = get_metrics.pipeline)
    loop
        v_pending := perf_internal.get_pending_condition(v_pipeline.pipeline);
        execute format(
            'select exists (select from %s as r where %s)', v_pipeline.raw_table, v_pending
        )
        into v_has_pending;
        execute format(
            'select array_agg(x.metric), array_agg(x.count)
            from (
                select y.metric, sum(y.count) as count
                from (
                    select r.metric, r.count
                    from %s as s
                    cross join lateral (
                        select max(w.time_bucket) as last_week
                        from perf_internal.rollups as w
                        where w.series_id = s.series_id
                            and w.granularity = ''weekly''
                    ) as l
                    join perf_internal.rollups as r on r.series_id = s.series_id
                        and r.granularity = ''weekly''
                        and r.time_bucket = l.last_week%s
                ) as y
                group by y.metric
            ) as x',
            v_pipeline.series_view,
            case
                when v_has_pending
                then format(
                    ' union all select q.metric, q.count from (%s) as q',
                    perf_internal.get_summary_query(
                        v_pipeline.pipeline, v_pending, sketched_metrics => '{}'
                    )
                )
            end
        )
        into v_stored, v_counts;
        v_known := v_known || array(
            select p.metric
            from perf_internal.get_metric_parts(
                v_pipeline.pipeline,
                array(select m.metric from perf.metrics as m where m.pipeline = v_pipeline.pipeline)
            ) as p
            join unnest(v_stored, v_counts) as c (metric, count) on c.metric = p.stored_metric
            group by p.metric
            having sum(p.count_weight * c.count) > 0
        );
    end loop;
    return query
    select
        m.metric,
        m.pipeline,
        m.kind,
        m.unit,
        m.better,
        m.is_sketched and m.kind <> 'share',
        m.meaning
    from perf.metrics as m
    where (get_metrics.pipeline is null or m.pipeline = get_metrics.pipeline)
        and (not get_metrics.with_values or m.metric = any(v_known))
    order by m.pipeline, m.metric;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_metrics.max_rows, v_row_count);
end
$$;

comment on function perf.get_metrics is
    'The catalogue of metrics, of a pipeline or of all: the unit, whether higher or lower values are better (null where neither is), whether there are percentiles, and what it says. kind is as in perf.metrics. With with_values only those that some series had in the last week in which it had values, with rows that are not rolled up yet. Errors: 22023 bad argument, or more than max_rows metrics, 42501 not an analyst, PT404 no such pipeline, PT409 while a restore is under way.';

revoke execute on function perf.get_metrics from public;
grant execute on function perf.get_metrics
    to authenticated, service_role, perf_admin, perf_analyst;
