create or replace function perf_internal.read_jobs(
    series_ids uuid[],
    start_time timestamptz,
    end_time timestamptz,
    granularity text default null,
    group_numbers integer[] default null,
    has_percentiles boolean default false,
    time_zone text default 'UTC',
    metrics text[] default '{
        jobs, failed_jobs, total_gpu_time_ms, total_wall_time_ms, vram_peak_mb,
        successful_frame_count, successful_time_per_frame_ms, successful_total_gpu_time_ms,
        successful_total_wall_time_ms, successful_vram_peak_mb, successful_quality_rating
    }'
)
returns table (
    group_number integer,
    time_bucket timestamptz,
    job_count bigint,
    failed_jobs bigint,
    gpu_hours double precision,
    wall_hours double precision,
    frames bigint,
    avg_time_per_frame_ms double precision,
    times_per_frame_ms double precision[],
    avg_gpu_time_ms double precision,
    avg_wall_time_ms double precision,
    avg_vram_peak_mb double precision,
    max_vram_peak_mb double precision,
    avg_quality_rating double precision,
    per_frame_count bigint,
    per_frame_m2 double precision
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select
        r.group_number,
        r.time_bucket,
        max(r.count) filter (where r.metric = 'jobs'),
        coalesce(max(r.count) filter (where r.metric = 'failed_jobs'), 0),
        max(r.sum) filter (where r.metric = 'total_gpu_time_ms') / 3600000,
        max(r.sum) filter (where r.metric = 'total_wall_time_ms') / 3600000,
        (max(r.sum) filter (where r.metric = 'successful_frame_count'))::bigint,
        max(r.sum / r.count) filter (where r.metric = 'successful_time_per_frame_ms'),
        max(r.percentile_values) filter (where r.metric = 'successful_time_per_frame_ms'),
        max(r.sum / r.count) filter (where r.metric = 'successful_total_gpu_time_ms'),
        max(r.sum / r.count) filter (where r.metric = 'successful_total_wall_time_ms'),
        max(r.sum / r.count) filter (where r.metric = 'successful_vram_peak_mb'),
        max(r.max) filter (where r.metric = 'vram_peak_mb'),
        max(r.sum / r.count) filter (where r.metric = 'successful_quality_rating'),
        max(r.count) filter (where r.metric = 'successful_time_per_frame_ms'),
        max(r.m2) filter (where r.metric = 'successful_time_per_frame_ms')
    from perf_internal.read_job_metrics(
        read_jobs.metrics,
        read_jobs.series_ids,
        read_jobs.start_time,
        read_jobs.end_time,
        granularity => read_jobs.granularity,
        group_numbers => read_jobs.group_numbers,
        sketched_metrics => case
            when read_jobs.has_percentiles then '{successful_time_per_frame_ms}' else '{}'
        end::text[],
        time_zone => read_jobs.time_zone
    ) as r
    group by 1, 2;
end
$$;

comment on function perf_internal.read_jobs is
    'Jobs of series over a time range, by group and, with a granularity, by bucket; see perf_internal.read_job_metrics. Counts, hours and max_vram_peak_mb are of all jobs, what a failed job took is spent too; averages, frames and percentiles (50, 95, 99; null unless has_percentiles) are of successful jobs. per_frame_count and per_frame_m2 are of avg_time_per_frame_ms, for its interval. Only what metrics names is read; the rest is null.';

revoke execute on function perf_internal.read_jobs from public;
grant execute on function perf_internal.read_jobs
    to authenticated, service_role, perf_admin, perf_analyst;
