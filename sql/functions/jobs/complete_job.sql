-- plpgsql, because that keeps the plan.
create or replace function perf.complete_job(
    job_id bigint,
    result jsonb default null,
    completed_at timestamptz default now(),
    worker_name text default null
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    return perf_internal.complete_job(
        complete_job.job_id,
        complete_job.result,
        complete_job.completed_at,
        complete_job.worker_name
    );
end
$$;

comment on function perf.complete_job is
    'Completes a job, and writes what was measured of it to perf.performance_metrics in the same transaction. An update of perf.jobs does the same. Keys of the result, all optional: time_per_frame_ms, total_gpu_time_ms, total_wall_time_ms, vram_peak_mb, frame_count, resolution_tier, quality_scores (an object of numbers by name), pipeline_stages (an array of {"name", "duration_ms"}, or an object of ms by name); other keys are kept and not read. Without total_wall_time_ms it is the time between started_at and completed_at, up to 1e10 ms. worker_name is needed when the job has no worker. A retry is harmless: false means that the job was completed before. Errors: 22023 bad argument or result, PT404 no such job, PT409 the job failed, was cancelled or runs on another worker, 42501 not a recorder.';

revoke execute on function perf.complete_job from public;
grant execute on function perf.complete_job
    to authenticated, service_role, perf_admin, perf_recorder;
