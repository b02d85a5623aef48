insert into bench.job_metrics (
    job_id, workflow_id, worker_id, time_per_frame_ms, total_gpu_time_ms, total_wall_time_ms,
    vram_peak_mb, frame_count, quality_scores_json, pipeline_stages_json, resolution_tier
)
select
    1, 1, 1, j.time_per_frame_ms, j.total_gpu_time_ms, j.total_wall_time_ms, j.vram_peak_mb,
    j.frame_count, j.quality_scores, j.pipeline_stages, j.resolution_tier
from jsonb_to_recordset(%s) as j (
    time_per_frame_ms real,
    total_gpu_time_ms bigint,
    total_wall_time_ms bigint,
    vram_peak_mb integer,
    frame_count integer,
    quality_scores jsonb,
    pipeline_stages jsonb,
    resolution_tier text
);
