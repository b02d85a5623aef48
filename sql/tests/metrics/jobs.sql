begin;
select plan(6);

select results_eq(
    $$ select p.raw_table, p.series_column, p.time_column, p.series_view, p.failed_when,
           p.partition_width
       from perf_internal.pipelines as p
       where p.pipeline = 'jobs' $$,
    $$ values (
        'perf.performance_metrics', 'series_id', 'created_at', 'perf_internal.job_series',
        'r.failed', interval '1 month'
    ) $$,
    'jobs are a pipeline, with a partition a month'
);
select results_eq(
    $$ select t.level, t.keep
       from perf.retention as t
       where t.pipeline = 'jobs'
       order by t.keep, t.level desc $$,
    $$ values
        ('raw', interval '90 days'),
        ('hourly', interval '90 days'),
        ('daily', interval '2 years'),
        ('weekly', null) $$,
    'each job and hours are kept 90 days, days 2 years and weeks for ever'
);
select results_eq(
    $$ select m.metric, m.unit, m.better
       from perf.metrics as m
       where m.pipeline = 'jobs'
           and m.kind = 'measured'
       order by 1 $$,
    $$ values
        ('frame_count', 'frames', null),
        ('jobs', 'jobs', null),
        ('time_per_frame_ms', 'ms', 'lower'),
        ('total_gpu_time_ms', 'ms', 'lower'),
        ('total_wall_time_ms', 'ms', 'lower'),
        ('vram_peak_mb', 'MB', 'lower'),
        ('wall_time_per_frame_ms', 'ms', 'lower') $$,
    'what is measured of a job are times, memory and frames'
);
select results_eq(
    $$ select m.metric, m.base_metric, m.other_metric, m.better
       from perf.metrics as m
       where m.pipeline = 'jobs'
           and m.kind = 'share'
       order by 1 $$,
    $$ values ('failure_rate', 'failed_jobs', 'jobs', 'lower') $$,
    'failure_rate is the share of jobs that failed'
);
select results_eq(
    $$ select m.prefix, m.unit, m.better
       from perf_internal.metric_families as m
       where m.pipeline = 'jobs'
       order by 1 $$,
    $$ values
        ('quality.', 'score', 'higher'),
        ('quality_rating', 'score', 'higher'),
        ('stage.', 'ms', 'lower') $$,
    'jobs bring names of quality scores and of stages'
);

insert into perf.workflows (name) values ('portrait');
insert into perf_internal.job_kinds (workflow_id) select f.id from perf.workflows as f;
insert into perf.performance_metrics (
    series_id, job_id, workflow_id, created_at, failed, total_gpu_time_ms, total_wall_time_ms,
    time_per_frame_ms, vram_peak_mb, frame_count
)
select k.id, j.id, k.workflow_id, '2020-01-06 10:00+00', j.failed, 100, 200, 1.5, 1000, j.frames
from perf_internal.job_kinds as k
cross join (values (1, false, 50), (2, true, 0)) as j (id, failed, frames);
select results_eq(
    $$ select m.metric, q.count, q.total
       from perf.metrics as m
       cross join lateral perf.query_metrics(
           m.metric, '2020-01-06 00:00+00', '2020-01-07 00:00+00'
       ) as q
       where m.pipeline = 'jobs'
           and m.kind in ('measured', 'share')
       order by 1 $$,
    $$ values
        ('failure_rate', 2::bigint, 1::float8),
        ('frame_count', 2, 50),
        ('jobs', 2, 2),
        ('time_per_frame_ms', 2, 3),
        ('total_gpu_time_ms', 2, 200),
        ('total_wall_time_ms', 2, 400),
        ('vram_peak_mb', 2, 2000),
        ('wall_time_per_frame_ms', 1, 4) $$,
    'every metric can be asked for; without frames there is no time per frame'
);

select * from finish();
rollback;
