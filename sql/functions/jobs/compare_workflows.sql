create or replace function perf.compare_workflows(
    workflow_ids bigint[],
    start_time timestamptz default now() - interval '30 days',
    end_time timestamptz default now(),
    metrics text[] default null,
    min_jobs integer default 30,
    confidence double precision default 0.95,
    resolution_tier text default null,
    model_type text default null
)
returns table (
    workflow_id bigint,
    workflow text,
    baseline_id bigint,
    baseline text,
    metric text,
    unit text,
    baseline_value double precision,
    value double precision,
    baseline_jobs bigint,
    jobs bigint,
    compared_baseline_jobs bigint,
    compared_jobs bigint,
    compared_workers bigint,
    difference double precision,
    difference_low double precision,
    difference_high double precision,
    difference_unit text,
    p_value double precision,
    adjusted_p_value double precision,
    verdict text,
    note text,
    trade_off text,
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
    v_names text[];
    v_series record;
    v_cover record;
    v_missing text;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_time_range(
        compare_workflows.start_time, compare_workflows.end_time
    );
    perform perf_internal.check_compared_ids('workflow_ids', compare_workflows.workflow_ids);
    v_metrics := perf_internal.get_compared_metrics(compare_workflows.metrics);
    v_names := array(
        select perf_internal.get_workflow_name(u.id)
        from unnest(compare_workflows.workflow_ids) with ordinality as u (id, position)
        order by u.position
    );
    select
        coalesce(array_agg(k.id), '{}') as ids,
        array_agg(array_position(compare_workflows.workflow_ids, k.workflow_id)) as sides,
        array_agg(k.stratum) as strata,
        array_agg(k.worker_id) as workers,
        array_agg(k.level) as levels
    into v_series
    from (
        select
            x.*,
            dense_rank() over (order by x.worker_id, x.resolution_tier, x.model_type) as stratum,
            dense_rank() over (order by x.resolution_tier, x.model_type) as level
        from perf_internal.get_job_kinds(
            workflow_ids => compare_workflows.workflow_ids,
            resolution_tier => compare_workflows.resolution_tier,
            model_type => compare_workflows.model_type
        ) as x
        -- A job that failed before a worker had it says nothing about workers.
        where x.worker_id is not null
    ) as k;
    select min(c.range_start) as range_start, max(c.range_end) as range_end
    into v_cover
    from perf_internal.get_cover(
        'jobs', compare_workflows.start_time, compare_workflows.end_time
    ) as c;
    v_missing := 'No job of the time has '
        || perf_internal.get_missing_kind(
            compare_workflows.workflow_ids,
            null,
            compare_workflows.resolution_tier,
            compare_workflows.model_type,
            'jobs',
            compare_workflows.start_time,
            compare_workflows.end_time
        )
        || '.';
    return query
    select
        compare_workflows.workflow_ids[c.side],
        v_names[c.side],
        compare_workflows.workflow_ids[1],
        v_names[1],
        c.metric,
        c.unit,
        c.baseline_value,
        c.value,
        c.baseline_jobs,
        c.jobs,
        c.compared_baseline_jobs,
        c.compared_jobs,
        c.group_count,
        c.difference,
        c.difference_low,
        c.difference_high,
        c.difference_unit,
        c.p_value,
        c.adjusted_p_value,
        c.verdict,
        nullif(concat_ws(' ', v_missing, c.note), ''),
        perf_internal.get_trade_off(
            v_names[c.side],
            v_names[1],
            array_agg(c.metric) over w,
            array_agg(c.verdict) over w,
            array_agg(c.difference) over w,
            array_agg(c.difference_low) over w,
            array_agg(c.difference_high) over w
        ),
        v_cover.range_start,
        v_cover.range_end
    from perf_internal.compare_job_series(
        v_series.ids,
        cardinality(compare_workflows.workflow_ids),
        v_series.sides,
        v_series.strata,
        v_series.workers,
        v_series.levels,
        v_metrics,
        compare_workflows.start_time,
        compare_workflows.end_time,
        compare_workflows.start_time,
        compare_workflows.end_time,
        compare_workflows.min_jobs,
        compare_workflows.confidence
    ) as c
    -- Unless they are asked for, metrics that one of the two lacks are left out.
    where compare_workflows.metrics is not null
        or least(c.baseline_jobs, c.jobs) > 0
        or c.metric in ('total_wall_time_ms', 'failure_rate')
    window w as (
        partition by c.side
        order by c.metric_number
        rows between unbounded preceding and unbounded following
    )
    order by c.side, c.metric_number;
end
$$;

comment on function perf.compare_workflows is
    'Workflows against the first one, a row for each and metric (null: the times, GPU memory, failure rate and every quality score that both have), over the hours that start in a range. baseline_value and value are means of all successful jobs. difference, in percent of the first (failure rate: points), is like for like: only jobs of one worker, resolution tier and model type are compared, compared_baseline_jobs and compared_jobs on compared_workers. Its interval holds for each alone; the verdict (better, worse, higher, lower, no_clear_difference, or insufficient_data below min_jobs on either side) goes by adjusted_p_value, which is corrected over the whole answer. note says what limits a row, also a resolution_tier or model_type that no job has. trade_off says in one sentence what is clear. Percentages of time are of the time that a job takes. Errors: 22023 bad argument, 42501 not an analyst, PT404 unknown workflow or metric.';

revoke execute on function perf.compare_workflows from public;
grant execute on function perf.compare_workflows
    to authenticated, service_role, perf_admin, perf_analyst;
