begin;
select plan(13);

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
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-06 10:10', wall_ms => 1000,
        stages => '[{"name": "load", "duration_ms": 100}, {"name": "sample", "duration_ms": 600},
            {"name": "load", "duration_ms": 100}]');
    perform pg_temp.add_job('upscale', 'gpu-2', '2020-01-06 10:20', wall_ms => 3000,
        stages => '[{"name": "sample", "duration_ms": 1200}]');
    perform pg_temp.add_job('upscale', 'gpu-2', '2020-01-06 10:30', wall_ms => 9000, has_failed => true,
        stages => '[{"name": "sample", "duration_ms": 9000}, {"name": "x", "duration_ms": 1}]');
    perform pg_temp.add_job('interpolate', 'gpu-2', '2020-01-06 10:20', wall_ms => 3000);
end
$$;

select results_eq(
    $$ select stage, job_count, share_of_jobs, total_ms, share_of_stages, share_of_wall_time,
           avg_ms, range_start, range_end
       from perf.get_pipeline_breakdown(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') $$,
    $$ values
        ('sample', 2::bigint, 1::float8, 1800::float8, 0.9::float8, 0.45::float8, 900::float8,
            timestamptz '2020-01-06', timestamptz '2020-01-07'),
        ('load', 1, 0.5, 200, 0.1, 0.05, 200, '2020-01-06', '2020-01-07') $$,
    'most time first; a stage that comes twice in a job is added up, failed jobs are left out'
);
-- Of 600 and 1200 the median is 900, the 95th percentile 1170, the 99th 1194.
select ok(
    (
        select abs(p50_ms / 900 - 1) <= 0.005 and abs(p95_ms / 1170 - 1) <= 0.005
            and abs(p99_ms / 1194 - 1) <= 0.005
        from perf.get_pipeline_breakdown(pg_temp.id('upscale'), '2020-01-06', '2020-01-07')
        where stage = 'sample'
    ),
    'with percentiles'
);
select results_eq(
    $$ select stage, total_ms, share_of_wall_time
       from perf.get_pipeline_breakdown(
           pg_temp.id('upscale'), '2020-01-06', '2020-01-07', pg_temp.id('gpu-2')
       ) $$,
    $$ values ('sample', 1200::float8, 0.4::float8) $$,
    'of one worker'
);
select is_empty(
    $$ select from perf.get_pipeline_breakdown(
           pg_temp.id('interpolate'), '2020-01-06', '2020-01-07'
       ) $$,
    'no row without stages'
);
select is_empty(
    $$ select from perf.get_pipeline_breakdown(pg_temp.id('upscale'), '2020-01-07', '2020-01-08') $$,
    'no row without jobs'
);
select throws_ok(
    $$ select from perf.get_pipeline_breakdown(-1, '2020-01-06', '2020-01-07') $$,
    'PT404',
    'there is no workflow -1',
    'an unknown workflow is an error'
);
select throws_ok(
    $$ select from perf.get_pipeline_breakdown(
           pg_temp.id('upscale'), '2020-01-06', '2020-01-07', -1
       ) $$,
    'PT404',
    'there is no worker -1',
    'an unknown worker is an error'
);
select throws_ok(
    $$ select from perf.get_pipeline_breakdown(pg_temp.id('upscale'), '2020-01-06', null) $$,
    '22023',
    null,
    'refuses a null end'
);

set local role perf_analyst;
select lives_ok(
    $$ select from perf.get_pipeline_breakdown(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') $$,
    'an analyst may ask'
);
set local role perf_admin;
select lives_ok(
    $$ select from perf.get_pipeline_breakdown(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') $$,
    'an admin may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select from perf.get_pipeline_breakdown(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);
set local role anon;
select throws_ok(
    $$ select from perf.get_pipeline_breakdown(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'anon may not ask'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select from perf.get_pipeline_breakdown(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
