create or replace function perf.get_workflow_performance(
    workflow_id bigint,
    start_time timestamptz default now() - interval '30 days',
    end_time timestamptz default now(),
    bucket_count integer default 20,
    max_rows integer default 1000
)
returns table (
    metric text,
    unit text,
    better text,
    job_count bigint,
    average double precision,
    average_low double precision,
    average_high double precision,
    deviation double precision,
    minimum double precision,
    maximum double precision,
    p50 double precision,
    p95 double precision,
    p99 double precision,
    total double precision,
    histogram jsonb,
    breakdown jsonb,
    range_start timestamptz,
    range_end timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_metrics text[];
    v_cover record;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(get_workflow_performance.max_rows);
    perform perf_internal.get_workflow_name(get_workflow_performance.workflow_id);
    perform perf_internal.check_time_range(
        get_workflow_performance.start_time, get_workflow_performance.end_time
    );
    perform perf_internal.check_bucket_count(get_workflow_performance.bucket_count);
    -- Stages are in get_pipeline_breakdown().
    v_metrics := array(
        select m.metric
        from perf.metrics as m
        where m.pipeline = 'jobs'
            and (
                m.kind = 'share'
                or (
                    m.kind = 'difference'
                    and m.base_metric <> 'jobs'
                    and m.base_metric not like 'stage.%'
                )
            )
    );
    select min(c.range_start) as range_start, max(c.range_end) as range_end
    into v_cover
    from perf_internal.get_cover(
        'jobs', get_workflow_performance.start_time, get_workflow_performance.end_time
    ) as c;
    return query
    select
        coalesce(b.metric, r.metric),
        r.unit,
        r.better,
        r.count,
        r.sum / r.count,
        i.low,
        i.high,
        sqrt(r.m2 / nullif(r.count - 1, 0)),
        r.min,
        r.max,
        r.percentile_values[1],
        r.percentile_values[2],
        r.percentile_values[3],
        case when r.kind <> 'share' then r.sum end,
        case when r.kind <> 'share' then h.histogram end,
        case
            when b.metric = 'total_gpu_time_ms'
            then (
                select jsonb_agg(
                    to_jsonb(g) - 'range_start' - 'range_end'
                    order by g.dimension, g.gpu_hours desc, g.item
                )
                from perf.get_gpu_time_breakdown(
                    get_workflow_performance.workflow_id,
                    get_workflow_performance.start_time,
                    get_workflow_performance.end_time
                ) as g
            )
        end,
        v_cover.range_start,
        v_cover.range_end
    from (
        select k.*, m.unit, m.better, m.kind, m.base_metric
        from perf_internal.read_metrics(
            'jobs',
            v_metrics,
            array(
                select k.id
                from perf_internal.get_job_kinds(array[get_workflow_performance.workflow_id]) as k
            ),
            get_workflow_performance.start_time,
            get_workflow_performance.end_time
        ) as k
        join perf.metrics as m on m.metric = k.metric
        -- Else a plan may ask for the interval of a row with the kind of another metric.
        offset 0
    ) as r
    left join perf.metrics as b on b.metric = r.base_metric and r.kind = 'difference'
    cross join lateral perf_internal.get_average_interval(
        r.kind = 'share', r.count, r.sum, r.m2
    ) as i
    cross join lateral (
        select jsonb_agg(
            jsonb_build_object(
                'low', x.bucket_from, 'high', x.bucket_until, 'job_count', x.value_count
            )
            order by x.bucket_from
        ) as histogram
        from perf_internal.get_sketch_histogram(
            r.sketch, r.count, r.min, r.max, get_workflow_performance.bucket_count
        ) as x
    ) as h
    order by 1;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_workflow_performance.max_rows, v_row_count);
end
$$;

comment on function perf.get_workflow_performance is
    'One row for each metric that jobs of a workflow have in the hours that start in a range: time per frame, GPU and wall time, VRAM peak, frames, quality_rating, each quality score (quality.<name>), and failure_rate. Of successful jobs; job_count is how many have the metric; failure_rate is of all jobs. average_low and average_high are the 95 % interval of the average. Percentiles are within 0.5 %; so are minimum and maximum where a failed job is as low or as high. histogram has bucket_count buckets of equal width from minimum to maximum: low, high, job_count. It has fewer where they would be narrower than 1 % of the maximum, for values are known by 1 %, and one if all are equal. breakdown, for total_gpu_time_ms, is perf.get_gpu_time_breakdown(), which is of all jobs. Stages are in perf.get_pipeline_breakdown(). range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst, PT404 no such workflow.';

revoke execute on function perf.get_workflow_performance from public;
grant execute on function perf.get_workflow_performance
    to authenticated, service_role, perf_admin, perf_analyst;
