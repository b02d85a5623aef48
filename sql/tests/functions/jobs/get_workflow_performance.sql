begin;
select plan(18);

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

do $$
begin
    for i in 0 .. 4 loop
        perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-06 10:10', 100 + 10 * i,
            gpu_ms => 3600000, frames => 10, scores => jsonb_build_object('likeness', 0.75),
            stages => '[{"name": "load", "duration_ms": 5}]');
    end loop;
    perform pg_temp.add_job('upscale', 'gpu-2', '2020-01-06 10:20', 120, gpu_ms => 1800000,
        has_failed => true, scores => '{"other": 1}');
    perform pg_temp.add_job('interpolate', 'gpu-2', '2020-01-06 10:20', 1);
    perform perf_internal.add_named_metrics('jobs', '{quality.likeness,quality.other,stage.load}');
end
$$;

select results_eq(
    $$ select metric, unit, better, job_count, average, minimum, maximum, total
       from perf.get_workflow_performance(pg_temp.id('upscale'), '2020-01-06', '2020-01-07')
       where metric not in ('quality_rating', 'wall_time_per_frame_ms') $$,
    $$ values
        ('failure_rate', 'share', 'lower', 6::bigint, 1 / 6::float8, null::float8, null::float8,
            null::float8),
        ('frame_count', 'frames', null, 5, 10, 10, 10, 50),
        ('quality.likeness', 'score', 'higher', 5, 0.75, 0.75, 0.75, 3.75),
        ('time_per_frame_ms', 'ms', 'lower', 5, 120, 100, 140, 600),
        ('total_gpu_time_ms', 'ms', 'lower', 5, 3600000, 3600000, 3600000, 18000000) $$,
    'one row for each metric that its successful jobs have'
);
-- The deviation of 100 to 140 is 15.8114, and Student''s quantile for 4 degrees 2.776.
select results_eq(
    $$ select round(deviation::numeric, 4), round(average_low::numeric), round(average_high::numeric)
       from perf.get_workflow_performance(pg_temp.id('upscale'), '2020-01-06', '2020-01-07')
       where metric = 'time_per_frame_ms' $$,
    $$ values (15.8114, 100::numeric, 140::numeric) $$,
    'with deviation and interval'
);
select ok(
    (
        select abs(p50 / 120 - 1) <= 0.005 and abs(p95 / 138 - 1) <= 0.005
            and abs(p99 / 139.6 - 1) <= 0.005
        from perf.get_workflow_performance(pg_temp.id('upscale'), '2020-01-06', '2020-01-07')
        where metric = 'time_per_frame_ms'
    ),
    'and percentiles'
);
select results_eq(
    $$ select w.average_low, w.average_high, w.histogram
       from perf.get_workflow_performance(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') as w
       where w.metric = 'failure_rate' $$,
    $$ select low, high, null::jsonb from perf.get_wilson_interval(1, 6) $$,
    'the interval of the failure rate is that of a rate, and it has no histogram'
);
select is(
    (
        select jsonb_path_query_array(w.histogram, '$[*].job_count')
        from perf.get_workflow_performance(
            pg_temp.id('upscale'), '2020-01-06', '2020-01-07', bucket_count => 2
        ) as w
        where w.metric = 'time_per_frame_ms'
    ),
    '[2, 3]',
    'a histogram counts the jobs'
);
select is(
    (
        select w.histogram
        from perf.get_workflow_performance(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') as w
        where w.metric = 'frame_count'
    ),
    '[{"low": 10, "high": 10, "job_count": 5}]',
    'of equal values it has one bucket'
);
select is(
    (
        select jsonb_path_query_array(w.breakdown, '$[*] ? (@.dimension == "worker").share')
        from perf.get_workflow_performance(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') as w
        where w.metric = 'total_gpu_time_ms'
    ),
    jsonb_build_array(5 / 5.5::float8, 0.5 / 5.5::float8),
    'GPU time is broken down, of failed jobs too'
);
select is(
    (
        select count(w.breakdown)
        from perf.get_workflow_performance(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') as w
    ),
    1::bigint,
    'no other metric is'
);
select results_eq(
    $$ select distinct range_start, range_end
       from perf.get_workflow_performance(
           pg_temp.id('upscale'), '2020-01-06 09:30', '2020-01-06 10:30'
       ) $$,
    $$ values (timestamptz '2020-01-06 10:00', timestamptz '2020-01-06 11:00') $$,
    'over the hours that start in the range'
);
select is_empty(
    $$ select from perf.get_workflow_performance(
           pg_temp.id('upscale'), '2020-01-07', '2020-01-08'
       ) $$,
    'no row without jobs'
);
select throws_ok(
    $$ select from perf.get_workflow_performance(-1, '2020-01-06', '2020-01-07') $$,
    'PT404',
    'there is no workflow -1',
    'an unknown workflow is an error'
);
select throws_ok(
    $$ select from perf.get_workflow_performance(
           pg_temp.id('upscale'), '2020-01-06', '2020-01-07', 0
       ) $$,
    '22023',
    'bucket_count must be between 1 and 1000, got 0',
    'refuses no buckets'
);
select throws_ok(
    $$ select from perf.get_workflow_performance(pg_temp.id('upscale'), '2020-01-06', null) $$,
    '22023',
    null,
    'refuses a null end'
);

set local role perf_analyst;
select lives_ok(
    $$ select from perf.get_workflow_performance(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') $$,
    'an analyst may ask'
);
set local role perf_admin;
select lives_ok(
    $$ select from perf.get_workflow_performance(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') $$,
    'an admin may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select from perf.get_workflow_performance(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);
set local role anon;
select throws_ok(
    $$ select from perf.get_workflow_performance(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'anon may not ask'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select from perf.get_workflow_performance(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
