-- What is measured of a job. To measure something more, add a line here: r is a row of
-- perf.performance_metrics. Quality scores and stages have names that jobs bring; families say what
-- those are.
select perf_internal.add_pipeline(
    'jobs',
    raw_table => 'perf.performance_metrics',
    series_column => 'series_id',
    time_column => 'created_at',
    series_view => 'perf_internal.job_series',
    failed_when => 'r.failed',
    partition_width => '1 month',
    keep_raw => '90 days',
    measures => 'perf_internal.get_job_measures(r.quality_scores_json, r.pipeline_stages_json)'
);

select perf_internal.add_metric(
    'jobs', m.metric, m.expression, unit => m.unit, better => m.better, meaning => m.meaning
)
from (
    values
        ('jobs', '1', 'jobs', null, 'Jobs that completed or failed: count and total of them.'),
        (
            'time_per_frame_ms', 'r.time_per_frame_ms', 'ms', 'lower',
            'Time per frame as the worker measured it.'
        ),
        (
            'wall_time_per_frame_ms', 'r.total_wall_time_ms::float8 / nullif(r.frame_count, 0)',
            'ms', 'lower', 'Time from start to end over the number of frames.'
        ),
        (
            'total_gpu_time_ms', 'r.total_gpu_time_ms', 'ms', 'lower',
            'Time that GPUs worked for a job, of all GPUs together.'
        ),
        ('total_wall_time_ms', 'r.total_wall_time_ms', 'ms', 'lower', 'Time from start to end.'),
        ('vram_peak_mb', 'r.vram_peak_mb', 'MB', 'lower', 'Most GPU memory that was in use.'),
        ('frame_count', 'r.frame_count', 'frames', null, 'Frames that a job made.')
) as m (metric, expression, unit, better, meaning);

select perf_internal.add_share(
    'failure_rate', 'failed_jobs', 'jobs', better => 'lower', meaning => 'How many of the jobs failed.'
);

select perf_internal.add_metric_family(
    'jobs', f.prefix, unit => f.unit, better => f.better, meaning => f.meaning
)
from (
    values
        ('quality.', 'score', 'higher', 'Quality score of this name.'),
        (
            'quality_rating', 'score', 'higher',
            'The quality score named rating, or else the mean of the quality scores of a job.'
        ),
        ('stage.', 'ms', 'lower', 'Time that the stage of this name took.')
) as f (prefix, unit, better, meaning);

select perf_internal.add_named_metrics('jobs', '{quality_rating}');
