\set workflow random(1, 50)
\set worker random(1, 20)
\set ms random(1000, 600000)
insert into bench.job_metrics (
    job_id, workflow_id, worker_id, time_per_frame_ms, total_gpu_time_ms, total_wall_time_ms,
    vram_peak_mb, frame_count, quality_scores_json, pipeline_stages_json, resolution_tier
)
values (
    :ms, :workflow, :worker, :ms / 24.0, :ms, :ms, 18000, 24,
    '{"likeness": 0.92, "face_confidence": 0.87, "motion_quality": 0.75}',
    '[{"name": "load_model", "duration_ms": 1200},
        {"name": "sample", "duration_ms": 48000}, {"name": "decode", "duration_ms": 2500}]',
    '1080p'
);
