create or replace function perf.get_worker_performance(
    worker_id bigint,
    start_time timestamptz default now() - interval '30 days',
    end_time timestamptz default now(),
    as_of timestamptz default now()
)
returns table (
    worker text,
    hardware text,
    job_count bigint,
    failed_jobs bigint,
    failure_rate double precision,
    failure_rate_low double precision,
    failure_rate_high double precision,
    avg_time_per_frame_ms double precision,
    p50_time_per_frame_ms double precision,
    p95_time_per_frame_ms double precision,
    p99_time_per_frame_ms double precision,
    avg_gpu_time_ms double precision,
    avg_wall_time_ms double precision,
    gpu_hours double precision,
    frames bigint,
    avg_quality_rating double precision,
    vram_mb integer,
    avg_vram_peak_mb double precision,
    max_vram_peak_mb double precision,
    max_vram_share double precision,
    generating_hours double precision,
    idle_hours double precision,
    available_hours double precision,
    utilization double precision,
    utilization_note text,
    by_workflow jsonb,
    range_start timestamptz,
    range_end timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_jobs record;
    v_series_ids uuid[];
    v_group_numbers integer[];
    v_by_workflow jsonb;
    v_available double precision;
    v_cover record;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.get_worker_name(get_worker_performance.worker_id);
    perform perf_internal.check_time_range(
        get_worker_performance.start_time, get_worker_performance.end_time
    );
    perform perf_internal.check_as_of(get_worker_performance.as_of);
    select array_agg(k.id), array_agg(k.group_number)
    into v_series_ids, v_group_numbers
    from (
        select
            k.id,
            dense_rank() over (order by k.workflow_id, k.resolution_tier)::integer as group_number
        from perf_internal.get_job_kinds(
            worker_ids => array[get_worker_performance.worker_id]
        ) as k
    ) as k;
    select j.*, i.low, i.high
    into v_jobs
    from perf_internal.read_jobs(
        v_series_ids,
        get_worker_performance.start_time,
        get_worker_performance.end_time,
        has_percentiles => true
    ) as j
    cross join lateral perf.get_wilson_interval(j.failed_jobs, j.job_count) as i;
    select jsonb_agg(
        jsonb_build_object(
            'workflow_id', k.workflow_id,
            'workflow', f.name,
            'resolution_tier', k.resolution_tier,
            'job_count', j.job_count,
            'failed_jobs', j.failed_jobs,
            'avg_time_per_frame_ms', j.avg_time_per_frame_ms,
            'p50_time_per_frame_ms', j.times_per_frame_ms[1],
            'p95_time_per_frame_ms', j.times_per_frame_ms[2],
            'p99_time_per_frame_ms', j.times_per_frame_ms[3],
            'avg_wall_time_ms', j.avg_wall_time_ms,
            'gpu_hours', j.gpu_hours,
            'wall_hours', j.wall_hours,
            'avg_vram_peak_mb', j.avg_vram_peak_mb,
            'max_vram_peak_mb', j.max_vram_peak_mb
        )
        order by j.job_count desc, f.name, k.resolution_tier
    )
    into v_by_workflow
    from perf_internal.read_jobs(
        v_series_ids,
        get_worker_performance.start_time,
        get_worker_performance.end_time,
        group_numbers => v_group_numbers,
        has_percentiles => true
    ) as j
    join perf_internal.job_kinds as k
        on k.id = v_series_ids[array_position(v_group_numbers, j.group_number)]
    join perf.workflows as f on f.id = k.workflow_id;
    select min(c.range_start) as range_start, max(c.range_end) as range_end
    into v_cover
    from perf_internal.get_cover(
        'jobs', get_worker_performance.start_time, get_worker_performance.end_time
    ) as c;
    select a.available_hours
    into v_available
    from perf_internal.get_available_hours(
        array[get_worker_performance.worker_id],
        v_cover.range_start,
        v_cover.range_end,
        get_worker_performance.as_of
    ) as a;
    return query
    select
        w.name,
        w.hardware,
        coalesce(v_jobs.job_count, 0),
        coalesce(v_jobs.failed_jobs, 0),
        v_jobs.failed_jobs::float8 / v_jobs.job_count,
        v_jobs.low,
        v_jobs.high,
        v_jobs.avg_time_per_frame_ms,
        v_jobs.times_per_frame_ms[1],
        v_jobs.times_per_frame_ms[2],
        v_jobs.times_per_frame_ms[3],
        v_jobs.avg_gpu_time_ms,
        v_jobs.avg_wall_time_ms,
        v_jobs.gpu_hours,
        v_jobs.frames,
        v_jobs.avg_quality_rating,
        w.vram_mb,
        v_jobs.avg_vram_peak_mb,
        v_jobs.max_vram_peak_mb,
        v_jobs.max_vram_peak_mb / w.vram_mb,
        g.hours,
        case when v_available is not null then greatest(v_available - g.hours, 0) end,
        v_available,
        g.hours / v_available,
        case
            when v_available is null
                then 'No time in which the worker was offered is recorded for this range.'
            when g.hours is null
                then 'No job of the range has a wall time.'
            when g.hours > v_available
                then 'Jobs ran side by side, began before the range, or ran while the worker was not offered.'
        end,
        coalesce(v_by_workflow, '[]'),
        v_cover.range_start,
        v_cover.range_end
    from perf.workers as w
    -- Jobs without a wall time have it unknown, and no jobs took none.
    cross join lateral (
        select case when v_jobs.job_count is null then 0 else v_jobs.wall_hours end
    ) as g (hours)
    where w.id = get_worker_performance.worker_id;
end
$$;

comment on function perf.get_worker_performance is
    'One row about the jobs of a worker that ended in the hours that start in a range. Job counts, hours and max_vram_peak_mb are of all jobs, because a failed job costs too. Averages, percentiles (within 0.5 %) and frames are of successful jobs. max_vram_share is max_vram_peak_mb over the worker''s memory. generating_hours is the wall time of all jobs; a job counts whole where it ended. available_hours is how long the worker was offered (perf.worker_availability) in the range, up to as_of, when times that last end; null if nothing is recorded. utilization is generating_hours over it, and idle_hours the rest. More than 1 means that jobs ran side by side, began before the range, or ran while the worker was not offered; utilization_note says so. by_workflow has the same by workflow and resolution_tier, most jobs first: workers with other work are compared there. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, 42501 not an analyst, PT404 no such worker.';

revoke execute on function perf.get_worker_performance from public;
grant execute on function perf.get_worker_performance
    to authenticated, service_role, perf_admin, perf_analyst;
