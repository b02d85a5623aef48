begin;
select plan(17);

insert into perf.workflows (name) values ('upscale'), ('denoise');
insert into perf.workers (name) values ('gpu-1');

create temporary table kinds as
select f.id as workflow_id, f.name as workflow, w.id as worker_id
from perf.workflows as f
cross join perf.workers as w;

insert into perf.jobs (workflow_id, worker_id, status, started_at, completed_at, result, model_type)
select k.workflow_id, k.worker_id, j.status, j.started_at, j.completed_at, j.result, j.model_type
from kinds as k
join (
    values
        (
            'upscale', 'completed', '2020-01-06 10:00+00'::timestamptz,
            '2020-01-06 10:00:06.4999+00'::timestamptz,
            '{"total_gpu_time_ms": 0.5, "vram_peak_mb": 1.5, "time_per_frame_ms": 1e-200}'::jsonb,
            'wan'
        ),
        ('denoise', 'failed', null, '2020-01-06 10:01+00', null, null),
        ('denoise', 'queued', null, null, '{"frame_count": "bad"}', null),
        ('denoise', 'cancelled', '2020-01-06 10:00+00', '2020-01-06 10:01+00', '{"a": 1}', null)
) as j (workflow, status, started_at, completed_at, result, model_type) on j.workflow = k.workflow;

select results_eq(
    $$ select k.workflow, m.created_at, m.failed, m.total_gpu_time_ms, m.total_wall_time_ms,
           m.vram_peak_mb, m.time_per_frame_ms
       from perf.performance_metrics as m
       join kinds as k on k.workflow_id = m.workflow_id
       order by m.created_at $$,
    $$ values
        (
            'upscale', '2020-01-06 10:00:06.4999+00'::timestamptz, false, 1::bigint, 6500::bigint,
            2, 0::real
        ),
        ('denoise', '2020-01-06 10:01+00', true, null, null, null, null) $$,
    'of the jobs of a statement those that completed or failed are measured, rounded'
);
select set_eq(
    $$ select s.labels
       from perf.performance_metrics as m
       join perf_internal.job_series as s on s.series_id = m.series_id $$,
    $$ values
        ('{"workflow": "upscale", "worker": "gpu-1", "resolution_tier": null,
           "model_type": "wan"}'::jsonb),
        ('{"workflow": "denoise", "worker": "gpu-1", "resolution_tier": null,
           "model_type": null}') $$,
    'with their series'
);
select throws_ok(
    $$ update perf.jobs set status = 'completed' where status = 'queued' $$,
    '22023',
    E'frame_count must be a number between 0 and 2147483647, got "bad"',
    'a bad result is refused when the job completes'
);
select lives_ok(
    $$ update perf.jobs
       set status = 'completed', result = '{"frame_count": 2}', completed_at = '2020-01-06 11:00+00'
       where status = 'queued' $$,
    'an update completes a job'
);
select results_eq(
    $$ select m.frame_count, m.failed from perf.performance_metrics as m
       where m.created_at = '2020-01-06 11:00+00' $$,
    $$ values (2, false) $$,
    'and measures it'
);
select lives_ok(
    $$ update perf.jobs set parameters = '{"seed": 1}' $$, 'a later update of all jobs'
);
select is((select count(*) from perf.performance_metrics), 3::bigint, 'measures nothing');
delete from perf.jobs;
select is(
    (select count(*) from perf.performance_metrics), 3::bigint, 'what was measured outlives the job'
);
insert into perf.jobs (workflow_id, worker_id, status, completed_at, result)
select k.workflow_id, k.worker_id, 'completed', '2020-01-07', '{"resolution_tier": "4k"}'
from kinds as k
cross join generate_series(1, 500);
select is(
    (
        select count(*)
        from perf.performance_metrics as m
        join perf_internal.job_kinds as k on k.id = m.series_id and k.resolution_tier = '4k'
        where m.resolution_tier = '4k'
    ),
    1000::bigint,
    'a load of many jobs is measured in one statement'
);
select throws_ok(
    $$ insert into perf.jobs (workflow_id, worker_id, status, result)
       select k.workflow_id, k.worker_id, 'completed', '[]' from kinds as k $$,
    '23514',
    null,
    'a constraint refuses a result that is no object'
);
select throws_like(
    $$ insert into perf.jobs (workflow_id, worker_id, status, result)
       select k.workflow_id, k.worker_id, 'completed', '{"quality_scores": 1}' from kinds as k $$,
    'job %: quality_scores must be a JSON object, got "1"',
    'of several jobs the error says which'
);
select throws_like(
    $$ insert into perf.jobs (workflow_id, worker_id, status, completed_at)
       select k.workflow_id, k.worker_id, 'completed', now() + interval '2 days'
       from kinds as k
       where k.workflow = 'upscale' $$,
    'completed_at must be between 1970 and tomorrow, got %',
    'refuses a time after tomorrow'
);
insert into perf.jobs (workflow_id, worker_id, status, started_at, completed_at)
select k.workflow_id, k.worker_id, 'failed', '2019-01-01', '2020-01-08'
from kinds as k
where k.workflow = 'upscale';
select results_eq(
    $$ select m.total_wall_time_ms from perf.performance_metrics as m
       where m.created_at = '2020-01-08' $$,
    'values (null::bigint)',
    'a job that ran for more than 1e10 ms was forgotten, and has no wall time'
);
insert into perf.jobs (workflow_id, worker_id, status, completed_at, result)
select k.workflow_id, k.worker_id, 'completed', '2020-01-08', r.result
from kinds as k
cross join (
    values
        ('{"quality_scores": {"new": 0.5}}'::jsonb),
        ('{"pipeline_stages": [{"name": "warm up", "duration_ms": 5}]}')
) as r (result)
where k.workflow = 'upscale';
select results_eq(
    $$ select m.metric from perf.metrics as m
       where m.metric in ('quality.new', 'stage.warm up') and m.kind = 'named' order by 1 $$,
    $$ values ('quality.new'), ('stage.warm up') $$,
    'names that jobs bring are metrics'
);
select is(
    (
        select count(*)
        from pg_trigger as t
        where t.tgrelid = 'perf.jobs'::regclass
            and t.tgname in ('collect_new_jobs', 'collect_changed_jobs')
            and t.tgtype & 1 = 0
    ),
    2::bigint,
    'the triggers run once per statement'
);
insert into perf.performance_metrics (series_id, created_at, job_id, workflow_id)
select m.series_id, '2020-01-09', 0, m.workflow_id
from perf.performance_metrics as m
limit 1;
select throws_ok(
    $$ insert into perf.performance_metrics (series_id, job_id, workflow_id)
       values (gen_random_uuid(), 0, 0) $$,
    '23503',
    null,
    'afterwards what others write is checked again'
);
select is(current_setting('perf.rows_are_checked'), 'off', 'because the setting is back');

select * from finish();
rollback;
