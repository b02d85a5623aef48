begin;
select plan(19);

-- Messages show times as the session does.
set local datestyle = 'ISO';
set local timezone = 'UTC';

insert into perf.workflows (name) values ('upscale'), ('interpolate');
insert into perf.workers (name, hardware, vram_mb)
values ('gpu-1', 'RTX 4090', 24000), ('gpu-2', null, null);

create function pg_temp.id(text) returns bigint language sql as
    'select x.id
    from (
        select f.id, f.name from perf.workflows as f
        union all
        select w.id, w.name from perf.workers as w
    ) as x
    where x.name = $1';

create function pg_temp.add_job(
    workflow text,
    worker text,
    ended_at timestamptz,
    frame_ms real default null,
    wall_ms bigint default null,
    gpu_ms bigint default null,
    vram integer default null,
    frames integer default null,
    has_failed boolean default false,
    scores jsonb default null,
    stages jsonb default null,
    tier text default '1080p'
)
returns void
language sql
as $$
    insert into perf_internal.job_kinds (workflow_id, worker_id, resolution_tier, model_type)
    values (pg_temp.id(workflow), pg_temp.id(worker), tier, 'wan')
    on conflict do nothing;
    insert into perf.performance_metrics (
        series_id, created_at, job_id, workflow_id, worker_id, total_gpu_time_ms,
        total_wall_time_ms, time_per_frame_ms, vram_peak_mb, frame_count, failed,
        resolution_tier, model_type, quality_scores_json, pipeline_stages_json
    )
    select k.id, ended_at, 1, k.workflow_id, k.worker_id, gpu_ms, wall_ms, frame_ms, vram, frames,
        has_failed, k.resolution_tier, k.model_type, scores, stages
    from perf_internal.job_kinds as k
    where k.workflow_id = pg_temp.id(workflow)
        and k.worker_id is not distinct from pg_temp.id(worker)
        and k.resolution_tier is not distinct from tier;
$$;

select is_empty(
    $$ select from perf.get_workflow_ranking(null, '2020-01-06', '2020-01-08') $$,
    'nothing of nothing'
);

insert into perf.workflows (name) values ('sketch'), ('few');
do $$
begin
    for i in 0 .. 4 loop
        perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-06 10:10', 100 + i, 3600000, 1800000,
            8000, 10, scores => '{"likeness": 0.75}');
        perform pg_temp.add_job('interpolate', 'gpu-2', '2020-01-07 10:10', 200 + i, 3600000,
            vram => 6000, scores => '{"likeness": 0.5}');
        perform pg_temp.add_job('sketch', 'gpu-2', '2020-01-07 11:10', 300 + i);
        perform pg_temp.add_job('sketch', 'gpu-2', '2020-01-07 11:20', 1, has_failed => true);
    end loop;
    perform pg_temp.add_job('few', 'gpu-1', '2020-01-07 12:00', 1);
    perform perf_internal.add_named_metrics('jobs', '{quality.likeness}');
end
$$;

select results_eq(
    $$ select rank, workflow_id, workflow, ranking_metric, unit, better, average, job_count
       from perf.get_workflow_ranking(null, '2020-01-06', '2020-01-08', min_jobs => 5) $$,
    $$ values
        (1::bigint, pg_temp.id('upscale'), 'upscale', 'time_per_frame_ms', 'ms', 'lower',
            102::float8, 5::bigint),
        (2, pg_temp.id('interpolate'), 'interpolate', 'time_per_frame_ms', 'ms', 'lower', 202, 5),
        (3, (select f.id from perf.workflows as f where f.name = 'sketch'), 'sketch',
            'time_per_frame_ms', 'ms', 'lower', 302, 5) $$,
    'the fastest first, of successful jobs, and none with fewer than min_jobs'
);
-- The deviation of 100 to 104 is 1.5811, and Student''s quantile for 4 degrees 2.776.
select results_eq(
    $$ select round(average_low::numeric, 1), round(average_high::numeric, 1)
       from perf.get_workflow_ranking('time_per_frame_ms', '2020-01-06', '2020-01-08', 5)
       where workflow = 'upscale' $$,
    $$ values (100.0, 104.0) $$,
    'each with its interval'
);
select results_eq(
    $$ select rank, workflow, average
       from perf.get_workflow_ranking('quality.likeness', '2020-01-06', '2020-01-08', 1) $$,
    $$ values (1::bigint, 'upscale', 0.75::float8), (2, 'interpolate', 0.5) $$,
    'a metric of which more is better'
);
select results_eq(
    $$ select rank, workflow, average, job_count
       from perf.get_workflow_ranking('failure_rate', '2020-01-06', '2020-01-08', 5) $$,
    $$ values (1::bigint, 'interpolate', 0::float8, 5::bigint), (1, 'upscale', 0, 5),
        (3, 'sketch', 0.5, 10) $$,
    'equals share a rank; a share is of all jobs'
);
select results_eq(
    $$ select i.low, i.high
       from perf.get_workflow_ranking('failure_rate', '2020-01-06', '2020-01-08', 10) as r
       cross join lateral (values (r.average_low, r.average_high)) as i (low, high) $$,
    $$ select low, high from perf.get_wilson_interval(5, 10) $$,
    'its interval is that of a rate'
);
select results_eq(
    $$ select workflow, ranking_metric, range_start, range_end
       from perf.get_workflow_ranking(null, '2020-01-07 10:30', '2020-01-07 12:30', 1) $$,
    $$ values
        ('few', 'time_per_frame_ms', timestamptz '2020-01-07 11:00',
            timestamptz '2020-01-07 13:00'),
        ('sketch', 'time_per_frame_ms', '2020-01-07 11:00', '2020-01-07 13:00') $$,
    'over the hours that start in the range'
);
delete from perf.performance_metrics as r where r.time_per_frame_ms <> 104;
update perf.performance_metrics as r set time_per_frame_ms = null;
select results_eq(
    $$ select workflow, ranking_metric, average
       from perf.get_workflow_ranking(null, '2020-01-06', '2020-01-08', 1) $$,
    $$ values ('upscale', 'total_wall_time_ms', 3600000::float8) $$,
    'where no job has a time per frame, by wall time'
);
select is_empty(
    $$ select from perf.get_workflow_ranking(null, '2020-01-06', '2020-01-06') $$,
    'nothing of no time'
);
select throws_ok(
    $$ select from perf.get_workflow_ranking('jobs', '2020-01-06', '2020-01-08') $$,
    '22023',
    'metric must be one of which lower or higher values are better, got "jobs"',
    'refuses a metric without a direction'
);
select throws_ok(
    $$ select from perf.get_workflow_ranking('fun', '2020-01-06', '2020-01-08') $$,
    'PT404',
    'there is no metric of jobs "fun"',
    'an unknown metric is an error'
);
select throws_ok(
    $$ select from perf.get_workflow_ranking(null, '2020-01-06', '2020-01-08', 0) $$,
    '22023',
    'min_jobs must be at least 1, got 0',
    'refuses to rank workflows without jobs'
);
select throws_ok(
    $$ select from perf.get_workflow_ranking(null, '2020-01-06', '2020-01-08', null) $$,
    '22023',
    'min_jobs must be at least 1, got null',
    'refuses null'
);
select throws_ok(
    $$ select from perf.get_workflow_ranking(null, null, '2020-01-08') $$,
    '22023',
    null,
    'refuses a null start'
);

set local role perf_analyst;
select lives_ok(
    $$ select from perf.get_workflow_ranking(null, '2020-01-06', '2020-01-08') $$,
    'an analyst may ask'
);
set local role perf_admin;
select lives_ok(
    $$ select from perf.get_workflow_ranking(null, '2020-01-06', '2020-01-08') $$,
    'an admin may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select from perf.get_workflow_ranking(null, '2020-01-06', '2020-01-08') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);
set local role anon;
select throws_ok(
    $$ select from perf.get_workflow_ranking(null, '2020-01-06', '2020-01-08') $$,
    '42501',
    null,
    'anon may not ask'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select from perf.get_workflow_ranking(null, '2020-01-06', '2020-01-08') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
