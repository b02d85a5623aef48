create or replace function perf.get_workers(
    start_time timestamptz default now() - interval '30 days',
    end_time timestamptz default now(),
    as_of timestamptz default now(),
    max_rows integer default 1000,
    include_retired boolean default false
)
returns table (
    worker_id bigint,
    worker text,
    hardware text,
    vram_mb integer,
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
    available_since timestamptz,
    available_hours double precision,
    utilization double precision,
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
    v_worker_ids bigint[];
    v_group_numbers integer[];
    v_cover record;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(get_workers.max_rows);
    perform perf_internal.check_time_range(get_workers.start_time, get_workers.end_time);
    perform perf_internal.check_as_of(get_workers.as_of);
    select
        array_agg(k.id),
        array_agg(k.group_number),
        array_agg(distinct k.worker_id order by k.worker_id)
    into v_series_ids, v_group_numbers, v_worker_ids
    from (
        select
            k.id,
            k.worker_id,
            dense_rank() over (order by k.worker_id)::integer as group_number
        from perf_internal.get_job_kinds() as k
        where k.worker_id is not null
    ) as k;
    select min(c.range_start) as range_start, max(c.range_end) as range_end
    into v_cover
    from perf_internal.get_cover('jobs', get_workers.start_time, get_workers.end_time) as c;
    return query
    select
        w.id,
        w.name,
        w.hardware,
        w.vram_mb,
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
        o.available_from,
        a.available_hours,
        coalesce(j.wall_hours, 0) / a.available_hours,
        perf_internal.get_last_job_at(worker_id => w.id),
        w.retired_at,
        v_cover.range_start,
        v_cover.range_end
    from perf.workers as w
    left join perf_internal.read_jobs(
        v_series_ids,
        get_workers.start_time,
        get_workers.end_time,
        group_numbers => v_group_numbers
    ) as j on v_worker_ids[j.group_number] = w.id
    left join perf_internal.get_available_hours(
        array(select w.id from perf.workers as w),
        v_cover.range_start,
        v_cover.range_end,
        get_workers.as_of
    ) as a on a.worker_id = w.id
    left join perf.worker_availability as o on o.worker_id = w.id
        and o.available_from <= get_workers.as_of
        and (o.available_until is null or o.available_until > get_workers.as_of)
    cross join lateral perf.get_wilson_interval(j.failed_jobs, j.job_count) as r
    cross join lateral perf.get_mean_interval(
        j.per_frame_count, j.avg_time_per_frame_ms, j.per_frame_m2
    ) as t
    where w.retired_at is null
        or j.job_count is not null
        or get_workers.include_retired
    order by j.gpu_hours desc nulls last, j.wall_hours desc nulls last, w.name;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_workers.max_rows, v_row_count);
end
$$;

comment on function perf.get_workers is
    'Every worker with its jobs that ended in the hours that start in a range, most GPU hours first; retired workers only if they had jobs then, or with include_retired. available_since is from when on the worker is offered for jobs at as_of, null if it is not. Job counts, hours and max_vram_peak_mb are of all jobs, because a failed job costs too. Averages and frames are of successful jobs, and null where no job has them. failure_rate and avg_time_per_frame_ms have 95 % intervals (Wilson; Student''s t), null where there are too few jobs. available_hours is how long the worker was offered in the range, up to as_of (perf.worker_availability), null if never; utilization is wall_hours over it, as perf.get_worker_performance says. last_job_at is when its last job ended, also outside of the range; where its raw row is gone, the start of its hour, day or week. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst.';

revoke execute on function perf.get_workers from public;
grant execute on function perf.get_workers
    to authenticated, service_role, perf_admin, perf_analyst;
