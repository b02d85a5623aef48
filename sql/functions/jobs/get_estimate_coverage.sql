create or replace function perf.get_estimate_coverage(
    start_time timestamptz default now() - interval '30 days',
    end_time timestamptz default now(),
    workflow_id bigint default null,
    group_by text default 'workflow',
    metric text default 'total_wall_time_ms',
    confidence double precision default 0.9,
    history interval default interval '30 days',
    max_rows integer default 1000
)
returns table (
    workflow text,
    worker text,
    job_count bigint,
    covered_count bigint,
    coverage double precision,
    coverage_low double precision,
    coverage_high double precision,
    mean_width double precision,
    relative_width double precision,
    wider_count bigint,
    unestimated_count bigint,
    range_start timestamptz,
    range_end timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set jit = off
as $$
#variable_conflict use_column
declare
    v_cover record;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(get_estimate_coverage.max_rows);
    perform perf_internal.check_time_range(
        get_estimate_coverage.start_time, get_estimate_coverage.end_time
    );
    if get_estimate_coverage.workflow_id is not null then
        perform perf_internal.get_workflow_name(get_estimate_coverage.workflow_id);
    end if;
    if get_estimate_coverage.group_by in ('all', 'workflow', 'worker') is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'group_by must be all, workflow or worker, got '
                || perf_internal.quote_value(get_estimate_coverage.group_by);
    elsif get_estimate_coverage.metric in (
        'total_wall_time_ms', 'wall_time_per_frame_ms', 'vram_peak_mb'
    ) is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'metric must be total_wall_time_ms, wall_time_per_frame_ms or vram_peak_mb,'
                || ' got ' || perf_internal.quote_value(get_estimate_coverage.metric);
    end if;
    perform perf_internal.get_fewest_values(get_estimate_coverage.confidence);
    perform perf_internal.check_history(get_estimate_coverage.history);
    select c.range_start, c.range_end
    into v_cover
    from perf_internal.get_cover(
        'jobs', get_estimate_coverage.start_time, get_estimate_coverage.end_time, 'daily'
    ) as c;
    return query
    select
        g.workflow,
        g.worker,
        g.job_count,
        g.covered_count,
        g.covered_count::float8 / nullif(g.job_count, 0),
        w.low,
        w.high,
        g.mean_width,
        g.relative_width,
        g.wider_count,
        g.unestimated_count,
        v_cover.range_start,
        v_cover.range_end
    from (
        select
            case when get_estimate_coverage.group_by <> 'all' then f.name end as workflow,
            case when get_estimate_coverage.group_by = 'worker' then o.name end as worker,
            coalesce(sum(e.job_count) filter (where e.high is not null), 0)::bigint as job_count,
            coalesce(
                sum(e.covered_count) filter (where e.high is not null), 0
            )::bigint as covered_count,
            sum(e.job_count * (e.high - e.low))
                / sum(e.job_count) filter (where e.high is not null) as mean_width,
            sum(e.job_count * (e.high - e.low) / nullif(e.workflow_range, 0))
                / sum(e.job_count) filter (
                    where e.high is not null and e.workflow_range > 0
                ) as relative_width,
            coalesce(
                sum(e.job_count) filter (where e.based_on <> 'worker'), 0
            )::bigint as wider_count,
            coalesce(
                sum(e.job_count) filter (where e.high is null), 0
            )::bigint as unestimated_count
        from perf.workflows as f
        cross join lateral perf_internal.get_estimated_days(
            f.id,
            'successful_' || get_estimate_coverage.metric,
            v_cover.range_start,
            v_cover.range_end,
            get_estimate_coverage.confidence,
            get_estimate_coverage.history
        ) as e
        join perf.workers as o on o.id = e.worker_id
        where f.id = get_estimate_coverage.workflow_id or get_estimate_coverage.workflow_id is null
        group by 1, 2
    ) as g
    cross join lateral perf.get_wilson_interval(g.covered_count, g.job_count) as w
    order by g.workflow, g.worker;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_estimate_coverage.max_rows, v_row_count);
end
$$;

comment on function perf.get_estimate_coverage is
    'How often perf.estimate_job would have been right: for each day (UTC) that starts in the range the interval from what was before that day, for each worker, resolution tier and model type, and how many successful jobs of that day lie in it. By group_by: all, workflow, or worker (a row for each worker of a workflow). metric is what is estimated: total_wall_time_ms, wall_time_per_frame_ms or vram_peak_mb. coverage is the share of job_count, with a 95 % interval that takes jobs for independent. mean_width is the mean width of the intervals over the jobs, relative_width the same as a share of the range from p5 to p95 of all jobs of the workflow in the range. wider_count counts the jobs whose interval is not based on their worker alone, unestimated_count those that had no interval, because too few jobs were before. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst, PT404 unknown workflow.';

revoke execute on function perf.get_estimate_coverage from public;
grant execute on function perf.get_estimate_coverage
    to authenticated, service_role, perf_admin, perf_analyst;
