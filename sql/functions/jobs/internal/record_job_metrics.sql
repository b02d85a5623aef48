-- security definer: callers may not write jobs or add workflows themselves; their role is checked
-- first. The job is inserted as it ended, and the trigger of perf.jobs measures it, so a job is
-- measured in one way. A retry conflicts with its first attempt at the unique key and changes
-- nothing, also when both run at once.
create or replace function perf_internal.record_job_metrics(
    workflow_name text,
    worker_name text,
    external_id text,
    time_per_frame_ms double precision,
    total_gpu_time_ms double precision,
    total_wall_time_ms double precision,
    vram_peak_mb double precision,
    frame_count double precision,
    quality_scores jsonb,
    pipeline_stages jsonb,
    resolution_tier text,
    model_type text,
    parameters jsonb,
    project_name text,
    character_name text,
    scene_name text,
    started_at timestamptz,
    completed_at timestamptz,
    success boolean,
    error_type text,
    job_id bigint
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_report perf_internal.job_report;
    v_problem text;
begin
    perform perf_internal.require_role('recorder');
    v_report := row(
        record_job_metrics.workflow_name,
        record_job_metrics.worker_name,
        record_job_metrics.external_id,
        jsonb_strip_nulls(
            jsonb_build_object(
                'time_per_frame_ms', record_job_metrics.time_per_frame_ms,
                'total_gpu_time_ms', record_job_metrics.total_gpu_time_ms,
                'total_wall_time_ms', record_job_metrics.total_wall_time_ms,
                'vram_peak_mb', record_job_metrics.vram_peak_mb,
                'frame_count', record_job_metrics.frame_count,
                'quality_scores', record_job_metrics.quality_scores,
                'pipeline_stages', record_job_metrics.pipeline_stages
            )
        ),
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
        record_job_metrics.job_id,
        null, null, null, null, null
    );
    v_problem := perf_internal.get_report_problem(v_report);
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    if record_job_metrics.job_id is not null then
        perform perf_internal.get_job_status(record_job_metrics.job_id);
    end if;
    return perf_internal.record_jobs(array[v_report]) = 1;
end
$$;

comment on function perf_internal.record_job_metrics is 'Does the work of perf.record_job_metrics().';

revoke execute on function perf_internal.record_job_metrics from public;
grant execute on function perf_internal.record_job_metrics
    to authenticated, service_role, perf_admin, perf_recorder;
