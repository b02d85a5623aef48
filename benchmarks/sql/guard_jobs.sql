select perf.record_job_metrics_batch((
    select jsonb_agg(jsonb_build_object(
        'workflow_name', 'w' || i %% 20,
        'worker_name', 'g' || i %% 5,
        'total_gpu_time_ms', 1000 + i %% 997,
        'completed_at', %(day)s::timestamptz + i * interval '4 minutes'
    ))
    from generate_series(1, 10000) as i
));
