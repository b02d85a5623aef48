begin;
select plan(10);

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
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-06 10:10', gpu_ms => 3600000);
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-06 10:20', gpu_ms => 3600000, tier => '4k');
    perform pg_temp.add_job('upscale', 'gpu-2', '2020-01-06 10:30', gpu_ms => 7200000, has_failed => true);
    perform pg_temp.add_job('upscale', 'gpu-2', '2020-01-06 10:40', gpu_ms => 14400000, tier => null);
    perform pg_temp.add_job('upscale', 'gpu-2', '2020-01-06 10:50');
    perform pg_temp.add_job('interpolate', 'gpu-1', '2020-01-06 10:50', gpu_ms => 0);
end
$$;

select results_eq(
    $$ select dimension, item, job_count, gpu_hours, share, avg_gpu_time_ms
       from perf.get_gpu_time_breakdown(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') $$,
    $$ values
        ('model_type', 'wan', 4::bigint, 8::float8, 1::float8, 7200000::float8),
        ('resolution_tier', null, 1, 4, 0.5, 14400000),
        ('resolution_tier', '1080p', 2, 3, 0.375, 5400000),
        ('resolution_tier', '4k', 1, 1, 0.125, 3600000),
        ('worker', 'gpu-2', 2, 6, 0.75, 10800000),
        ('worker', 'gpu-1', 2, 2, 0.25, 3600000) $$,
    'hours and shares by each dimension, failed jobs too, most first'
);
select results_eq(
    $$ select dimension, item, gpu_hours, share, range_start, range_end
       from perf.get_gpu_time_breakdown(
           pg_temp.id('interpolate'), '2020-01-06 09:30', '2020-01-06 10:30'
       )
       where dimension = 'worker' $$,
    $$ values ('worker', 'gpu-1', 0::float8, null::float8, timestamptz '2020-01-06 10:00',
        timestamptz '2020-01-06 11:00') $$,
    'nothing has no shares'
);
select is_empty(
    $$ select from perf.get_gpu_time_breakdown(pg_temp.id('upscale'), '2020-01-07', '2020-01-08') $$,
    'no row without jobs'
);
select throws_ok(
    $$ select from perf.get_gpu_time_breakdown(-1, '2020-01-06', '2020-01-07') $$,
    'PT404',
    'there is no workflow -1',
    'an unknown workflow is an error'
);
select throws_ok(
    $$ select from perf.get_gpu_time_breakdown(pg_temp.id('upscale'), null, '2020-01-07') $$,
    '22023',
    null,
    'refuses a null start'
);

set local role perf_analyst;
select lives_ok(
    $$ select from perf.get_gpu_time_breakdown(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') $$,
    'an analyst may ask'
);
set local role perf_admin;
select lives_ok(
    $$ select from perf.get_gpu_time_breakdown(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') $$,
    'an admin may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select from perf.get_gpu_time_breakdown(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);
set local role anon;
select throws_ok(
    $$ select from perf.get_gpu_time_breakdown(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'anon may not ask'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select from perf.get_gpu_time_breakdown(pg_temp.id('upscale'), '2020-01-06', '2020-01-07') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
