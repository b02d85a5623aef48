\set workflow random(1, 50)
\set worker random(1, 20)
\set ms random(1000, 600000)
select perf.record_job_metrics(
    'workflow ' || :workflow,
    'worker ' || :worker,
    gen_random_uuid()::text,
    time_per_frame_ms => :ms / 24.0,
    total_gpu_time_ms => :ms,
    total_wall_time_ms => :ms,
    vram_peak_mb => 18000,
    frame_count => 24,
    quality_scores => '{"likeness": 0.92, "face_confidence": 0.87, "motion_quality": 0.75}',
    pipeline_stages => '[{"name": "load_model", "duration_ms": 1200},
        {"name": "sample", "duration_ms": 48000}, {"name": "decode", "duration_ms": 2500}]',
    resolution_tier => '1080p',
    model_type => 'wan',
    parameters => '{"steps": 20, "cfg": 6.5}'
);
