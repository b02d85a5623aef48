-- A batch of 1,000 jobs as JSON.
select jsonb_agg(
    jsonb_build_object(
        'workflow_name', 'workflow ' || n % 50 + 1,
        'worker_name', 'worker ' || n % 20 + 1,
        'external_id', gen_random_uuid(),
        'time_per_frame_ms', n * 2.5,
        'total_gpu_time_ms', n * 60,
        'total_wall_time_ms', n * 61,
        'vram_peak_mb', 18000,
        'frame_count', 24,
        'quality_scores', jsonb_build_object(
            'likeness', 0.92, 'face_confidence', 0.87, 'motion_quality', 0.75
        ),
        'pipeline_stages', jsonb_build_array(
            jsonb_build_object('name', 'load_model', 'duration_ms', 1200),
            jsonb_build_object('name', 'sample', 'duration_ms', n * 50),
            jsonb_build_object('name', 'decode', 'duration_ms', 2500)
        ),
        'resolution_tier', '1080p',
        'model_type', 'wan'
    )
)::text
from generate_series(1, 1000) as n;
