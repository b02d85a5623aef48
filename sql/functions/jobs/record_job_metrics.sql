-- plpgsql, because that keeps the plan.
create or replace function perf.record_job_metrics(
    workflow_name text,
    worker_name text default null,
    external_id text default null,
    time_per_frame_ms double precision default null,
    total_gpu_time_ms double precision default null,
    total_wall_time_ms double precision default null,
    vram_peak_mb double precision default null,
    frame_count double precision default null,
    quality_scores jsonb default null,
    pipeline_stages jsonb default null,
    resolution_tier text default null,
    model_type text default null,
    parameters jsonb default '{}',
    project_name text default null,
    character_name text default null,
    scene_name text default null,
    started_at timestamptz default null,
    completed_at timestamptz default null,
    success boolean default null,
    error_type text default null,
    job_id bigint default null
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    return perf_internal.record_job_metrics(
        record_job_metrics.workflow_name,
        record_job_metrics.worker_name,
        record_job_metrics.external_id,
        record_job_metrics.time_per_frame_ms,
        record_job_metrics.total_gpu_time_ms,
        record_job_metrics.total_wall_time_ms,
        record_job_metrics.vram_peak_mb,
        record_job_metrics.frame_count,
        record_job_metrics.quality_scores,
        record_job_metrics.pipeline_stages,
        record_job_metrics.resolution_tier,
        record_job_metrics.model_type,
        record_job_metrics.parameters,
        record_job_metrics.project_name,
        record_job_metrics.character_name,
        record_job_metrics.scene_name,
        record_job_metrics.started_at,
        record_job_metrics.completed_at,
        record_job_metrics.success,
        record_job_metrics.error_type,
        record_job_metrics.job_id
    );
end
$$;

comment on function perf.record_job_metrics is
    'Records one job that is over. For several use perf.record_job_metrics_batch(). Workflow, worker, project, character and scene are found by name, or added; retired ones are as good as others, because jobs may be late. Times in milliseconds; fractions of total times and of vram_peak_mb are rounded. Without total_wall_time_ms it is the time between started_at and completed_at, up to 1e10 ms. quality_scores is an object of numbers by name; pipeline_stages is an array of {"name", "duration_ms"}, or an object of ms by name. success defaults to whether there is no error_type; a job that succeeded needs a worker. completed_at defaults to now. With an external_id or a job_id of perf.create_job(), a job that is queued or running is finished, and a retry is harmless: false means that the job was over before. Errors: 22023 bad argument, PT404 no such job_id, 42501 not a recorder.';

revoke execute on function perf.record_job_metrics from public;
grant execute on function perf.record_job_metrics
    to authenticated, service_role, perf_admin, perf_recorder;
