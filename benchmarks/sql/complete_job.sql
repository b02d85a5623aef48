\set ms random(1000, 600000)
select perf.complete_job(
    nextval('bench.next_job'),
    '{"time_per_frame_ms": 2100.5, "total_gpu_time_ms": 50400, "total_wall_time_ms": 51700,
      "vram_peak_mb": 18000, "frame_count": 24,
      "quality_scores": {"likeness": 0.92, "face_confidence": 0.87, "motion_quality": 0.75},
      "pipeline_stages": [{"name": "load_model", "duration_ms": 1200},
        {"name": "sample", "duration_ms": 48000}, {"name": "decode", "duration_ms": 2500}]}'
);
