-- The overview as the seed describes it, over single jobs: totals and percentiles, jobs by day, and
-- workflows by their time per frame.
select
    count(*),
    sum(p.total_gpu_time_ms) / 3.6e6,
    avg(p.time_per_frame_ms),
    percentile_cont(array[0.5, 0.95, 0.99]) within group (order by p.time_per_frame_ms),
    max(p.vram_peak_mb),
    (
        select jsonb_agg(jsonb_build_array(d.day, d.jobs) order by d.day)
        from (
            select date_trunc('day', q.created_at, 'UTC') as day, count(*) as jobs
            from perf.performance_metrics as q
            where q.created_at >= %(start_time)s
                and q.created_at < %(end_time)s
            group by 1
        ) as d
    ),
    (
        select jsonb_agg(jsonb_build_array(w.name, w.ms, w.jobs) order by w.ms)
        from (
            select f.name, avg(q.time_per_frame_ms) as ms, count(*) as jobs
            from perf.performance_metrics as q
            join perf.workflows as f on f.id = q.workflow_id
            where q.created_at >= %(start_time)s
                and q.created_at < %(end_time)s
            group by 1
        ) as w
    )
from perf.performance_metrics as p
where p.created_at >= %(start_time)s
    and p.created_at < %(end_time)s
