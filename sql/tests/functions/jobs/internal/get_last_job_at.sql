begin;
select plan(8);

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
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-07 10:50+00');
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-06 10:10+00', tier => '720p');
    perform pg_temp.add_job('interpolate', null, '2020-01-05 10:10+00');
end
$$;

select is(
    perf_internal.get_last_job_at(workflow_id => pg_temp.id('upscale')),
    timestamptz '2020-01-07 10:50+00',
    'the last job of a workflow'
);
select is(
    perf_internal.get_last_job_at(worker_id => pg_temp.id('gpu-1')),
    timestamptz '2020-01-07 10:50+00',
    'the last job of a worker'
);
select is(
    perf_internal.get_last_job_at(worker_id => pg_temp.id('gpu-2')), null, 'null without a job'
);
select is(perf_internal.get_last_job_at(), null, 'null for nothing');

-- As if retention had removed the raw rows, and the hours of one workflow.
insert into perf_internal.rollups (
    series_id, granularity, time_bucket, metric, count, sum, m2, min, max
)
select k.id, b.granularity, b.time_bucket, 'jobs', 1, 1, 0, 1, 1
from perf_internal.job_kinds as k
join (
    values
        ('upscale', 'hourly', timestamptz '2020-01-07 10:00+00'),
        ('upscale', 'daily', '2020-01-07 00:00+00'),
        ('interpolate', 'daily', '2020-01-05 00:00+00'),
        ('interpolate', 'weekly', '2019-12-30 00:00+00')
) as b (workflow, granularity, time_bucket) on pg_temp.id(b.workflow) = k.workflow_id;
delete from perf.performance_metrics;
select is(
    perf_internal.get_last_job_at(workflow_id => pg_temp.id('upscale')),
    timestamptz '2020-01-07 10:00+00',
    'its hour, where its raw row is gone'
);
select is(
    perf_internal.get_last_job_at(workflow_id => pg_temp.id('interpolate')),
    timestamptz '2020-01-05 00:00+00',
    'its day, where the hour is gone too'
);
select is(
    perf_internal.get_last_job_at(worker_id => pg_temp.id('gpu-1')),
    timestamptz '2020-01-07 10:00+00',
    'also for a worker'
);

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.get_last_job_at(1) $$, '42501', null, 'perf_recorder may not ask'
);

select * from finish();
rollback;
