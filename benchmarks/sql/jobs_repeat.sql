-- The jobs of the first day again, some days later, and with times somewhat longer or shorter.
insert into perf.performance_metrics (
    series_id,
    created_at,
    job_id,
    workflow_id,
    worker_id,
    total_gpu_time_ms,
    total_wall_time_ms,
    time_per_frame_ms,
    vram_peak_mb,
    frame_count,
    failed,
    resolution_tier,
    model_type,
    error_type,
    quality_scores_json,
    pipeline_stages_json
)
select
    p.series_id,
    p.created_at + %(days)s * interval '1 day',
    p.job_id + %(first_job)s,
    p.workflow_id,
    p.worker_id,
    p.total_gpu_time_ms * x.factor,
    p.total_wall_time_ms * x.factor,
    p.time_per_frame_ms * x.factor,
    p.vram_peak_mb,
    p.frame_count,
    p.failed,
    p.resolution_tier,
    p.model_type,
    p.error_type,
    p.quality_scores_json,
    p.pipeline_stages_json
from perf.performance_metrics as p
cross join (values (1 + 0.05 * sin(%(days)s))) as x (factor)
where p.created_at < %(start)s::timestamptz + interval '1 day'
