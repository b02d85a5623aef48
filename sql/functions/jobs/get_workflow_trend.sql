create or replace function perf.get_workflow_trend(
    workflow_id bigint,
    start_time timestamptz default now() - interval '30 days',
    end_time timestamptz default now(),
    granularity text default 'daily',
    max_rows integer default 1000,
    time_zone text default 'UTC'
)
returns table (
    time_bucket timestamptz,
    job_count bigint,
    failed_jobs bigint,
    failure_rate double precision,
    avg_time_per_frame_ms double precision,
    p50_time_per_frame_ms double precision,
    p95_time_per_frame_ms double precision,
    p99_time_per_frame_ms double precision,
    avg_gpu_time_ms double precision,
    avg_wall_time_ms double precision,
    gpu_hours double precision,
    wall_hours double precision,
    frames bigint,
    avg_vram_peak_mb double precision,
    max_vram_peak_mb double precision,
    avg_quality_rating double precision
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_granularity text;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.get_workflow_name(get_workflow_trend.workflow_id);
    v_granularity := perf_internal.get_granularity(get_workflow_trend.granularity);
    perform perf_internal.check_time_range(
        get_workflow_trend.start_time, get_workflow_trend.end_time
    );
    perform perf_internal.check_max_rows(get_workflow_trend.max_rows);
    perform perf_internal.check_time_zone(get_workflow_trend.time_zone);
    return query
    select
        j.time_bucket,
        j.job_count,
        j.failed_jobs,
        j.failed_jobs::float8 / j.job_count,
        j.avg_time_per_frame_ms,
        j.times_per_frame_ms[1],
        j.times_per_frame_ms[2],
        j.times_per_frame_ms[3],
        j.avg_gpu_time_ms,
        j.avg_wall_time_ms,
        j.gpu_hours,
        j.wall_hours,
        j.frames,
        j.avg_vram_peak_mb,
        j.max_vram_peak_mb,
        j.avg_quality_rating
    from perf_internal.read_jobs(
        array(
            select k.id
            from perf_internal.get_job_kinds(array[get_workflow_trend.workflow_id]) as k
        ),
        get_workflow_trend.start_time,
        get_workflow_trend.end_time,
        granularity => v_granularity,
        has_percentiles => true,
        time_zone => get_workflow_trend.time_zone
    ) as j
    order by 1
    limit get_workflow_trend.max_rows + 1;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(
        get_workflow_trend.max_rows, v_row_count, v_granularity
    );
end
$$;

comment on function perf.get_workflow_trend is
    'Jobs of a workflow by hour, day, week (from Monday) or calendar month (granularity: hourly, daily, weekly, monthly, or hour, day, week, month), for the buckets that start in the range and have jobs, with jobs not yet rolled up. Job counts, hours and max_vram_peak_mb are of all jobs, because a failed job costs too. Averages, percentiles (within 0.5 %) and frames are of successful jobs. A day, week or month of time_zone (UTC, or a name such as Asia/Kolkata) is the hours of UTC that start in it, and time_bucket is the first of them. Errors: 22023 bad argument, or more than max_rows (at most 100000) buckets, 42501 not an analyst, PT404 no such workflow.';

revoke execute on function perf.get_workflow_trend from public;
grant execute on function perf.get_workflow_trend
    to authenticated, service_role, perf_admin, perf_analyst;
