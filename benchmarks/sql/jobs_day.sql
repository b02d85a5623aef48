-- Jobs of a day or of part of it, in the order of their time. The run time is drawn from those of
-- the workflow on the worker; frames, GPU time, memory, stages and scores are made to fit. Two in a
-- hundred fail, and one of one_of has stages and scores.
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
    k.id,
    %(start_time)s::timestamptz + n.job * (%(length)s::interval / %(rows)s),
    %(first_job)s + n.job,
    k.workflow_id,
    k.worker_id,
    x.wall_ms * 9 / 10,
    x.wall_ms,
    x.wall_ms * 0.85 / n.frames,
    4000 + 2000 * k.workflow_id + 10 * n.frames + floor(n.other * 200)::integer,
    n.frames,
    n.failing < 0.02,
    k.resolution_tier,
    k.model_type,
    case when n.failing < 0.02 then 'out of memory' end,
    case
        when n.job %% %(one_of)s = 0
        then jsonb_build_object(
            'likeness', round((0.6 + 0.35 * n.other)::numeric, 3),
            'motion_quality', round((0.5 + 0.4 * n.third)::numeric, 3)
        )
    end,
    case
        when n.job %% %(one_of)s = 0
        then jsonb_build_array(
            jsonb_build_object('name', 'load_model', 'duration_ms', 500 + floor(n.other * 300)),
            jsonb_build_object('name', 'sample', 'duration_ms', x.wall_ms * 8 / 10),
            jsonb_build_object('name', 'decode', 'duration_ms', x.wall_ms / 20)
        )
    end
from (
    select
        g as job,
        floor(random() * 30)::integer as kind,
        floor(random() * 201)::integer + 1 as quantile,
        24 * (1 + floor(random() * 10)::integer) as frames,
        random() as failing,
        random() as other,
        random() as third
    from generate_series(0, %(rows)s - 1) as g
) as n
join bench.job_kinds as k on k.number = n.kind
cross join lateral (select k.times[n.quantile]) as x (wall_ms)
