create or replace function perf.get_workflows(
    start_time timestamptz default now() - interval '30 days',
    end_time timestamptz default now(),
    max_rows integer default 1000
)
returns table (
    workflow_id bigint,
    workflow text,
    job_count bigint,
    failed_jobs bigint,
    failure_rate double precision,
    failure_rate_low double precision,
    failure_rate_high double precision,
    avg_time_per_frame_ms double precision,
    avg_time_per_frame_ms_low double precision,
    avg_time_per_frame_ms_high double precision,
    avg_gpu_time_ms double precision,
    avg_wall_time_ms double precision,
    gpu_hours double precision,
    wall_hours double precision,
    frames bigint,
    avg_vram_peak_mb double precision,
    max_vram_peak_mb double precision,
    avg_quality_rating double precision,
    last_job_at timestamptz,
    retired_at timestamptz,
    range_start timestamptz,
    range_end timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_series_ids uuid[];
    v_workflow_ids bigint[];
    v_group_numbers integer[];
    v_cover record;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(get_workflows.max_rows);
    perform perf_internal.check_time_range(get_workflows.start_time, get_workflows.end_time);
    select
        array_agg(k.id),
        array_agg(k.group_number),
        array_agg(distinct k.workflow_id order by k.workflow_id)
    into v_series_ids, v_group_numbers, v_workflow_ids
    from (
        select
            k.id,
            k.workflow_id,
            dense_rank() over (order by k.workflow_id)::integer as group_number
        from perf_internal.get_job_kinds() as k
    ) as k;
    select min(c.range_start) as range_start, max(c.range_end) as range_end
    into v_cover
    from perf_internal.get_cover(
        'jobs', get_workflows.start_time, get_workflows.end_time
    ) as c;
    return query
    select
        f.id,
        f.name,
        coalesce(j.job_count, 0),
        coalesce(j.failed_jobs, 0),
        j.failed_jobs::float8 / j.job_count,
        r.low,
        r.high,
        j.avg_time_per_frame_ms,
        -- A time is never negative.
        case when t.low < 0 then 0 else t.low end,
        t.high,
        j.avg_gpu_time_ms,
        j.avg_wall_time_ms,
        j.gpu_hours,
        j.wall_hours,
        j.frames,
        j.avg_vram_peak_mb,
        j.max_vram_peak_mb,
        j.avg_quality_rating,
        perf_internal.get_last_job_at(workflow_id => f.id),
        f.retired_at,
        v_cover.range_start,
        v_cover.range_end
    from perf.workflows as f
    left join perf_internal.read_jobs(
        v_series_ids,
        get_workflows.start_time,
        get_workflows.end_time,
        group_numbers => v_group_numbers
    ) as j on v_workflow_ids[j.group_number] = f.id
    cross join lateral perf.get_wilson_interval(j.failed_jobs, j.job_count) as r
    cross join lateral perf.get_mean_interval(
        j.per_frame_count, j.avg_time_per_frame_ms, j.per_frame_m2
    ) as t
    where f.retired_at is null or j.job_count is not null
    order by j.gpu_hours desc nulls last, j.wall_hours desc nulls last, f.name;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_workflows.max_rows, v_row_count);
end
$$;

comment on function perf.get_workflows is
    'Every workflow with its jobs that ended in the hours that start in a range, most GPU hours first; retired workflows only if they had jobs then. Job counts, hours and max_vram_peak_mb are of all jobs, because a failed job costs too. Averages and frames are of successful jobs, and null where no job has them. failure_rate and avg_time_per_frame_ms have 95 % intervals (Wilson; Student''s t), null where there are too few jobs. last_job_at is when its last job ended, also outside of the range; where its raw row is gone, the start of its hour, day or week. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst.';

revoke execute on function perf.get_workflows from public;
grant execute on function perf.get_workflows
    to authenticated, service_role, perf_admin, perf_analyst;
