begin;
select plan(15);

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
insert into perf.workflows (name, retired_at)
values ('idle', null), ('old', '2020-01-07'), ('gone', '2020-01-01');
select is(
    (select sum(job_count) from perf.get_workflows('2020-01-06', '2020-01-08')),
    0::numeric,
    'before the first job there are none'
);
do $$
begin
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-06 10:10', 100, 7200000, 3600000, 8000, 10);
    perform pg_temp.add_job('upscale', 'gpu-2', '2020-01-07 10:10', 300, 3600000, 1800000, 6000, 20);
    perform pg_temp.add_job('upscale', 'gpu-2', '2020-01-07 10:50', 900, 3600000, 3600000, 9000, 5,
        has_failed => true);
    perform pg_temp.add_job('interpolate', null, '2020-01-07 23:30', has_failed => true);
    perform pg_temp.add_job('old', 'gpu-1', '2020-01-06 00:00', wall_ms => 1800000);
    perform pg_temp.add_job('gone', 'gpu-1', '2019-12-31 12:00');
end
$$;

select results_eq(
    $$ select workflow, job_count, failed_jobs, failure_rate, gpu_hours, wall_hours, frames,
           avg_time_per_frame_ms, avg_gpu_time_ms, avg_wall_time_ms, avg_vram_peak_mb,
           max_vram_peak_mb
       from perf.get_workflows('2020-01-06', '2020-01-08') $$,
    $$ values
        ('upscale', 3::bigint, 1::bigint, 1 / 3::float8, 2.5::float8, 4::float8, 30::bigint,
            200::float8, 2700000::float8, 5400000::float8, 7000::float8, 9000::float8),
        ('old', 1, 0, 0, null, 0.5, null, null, null, 1800000, null, null),
        ('idle', 0, 0, null, null, null, null, null, null, null, null, null),
        ('interpolate', 1, 1, 1, null, null, null, null, null, null, null, null) $$,
    'one row a workflow, most GPU hours first; failed jobs cost, but are in no average'
);
-- Wilson of 1 in 3, worked out apart. Two times per frame are too few for an interval.
select results_eq(
    $$ select round(failure_rate_low::numeric, 4), round(failure_rate_high::numeric, 4),
           avg_time_per_frame_ms_low
       from perf.get_workflows('2020-01-06', '2020-01-08')
       where workflow = 'upscale' $$,
    $$ values (0.0615, 0.7923, null::float8) $$,
    'a rate has its interval'
);
select results_eq(
    $$ select workflow_id, workflow, last_job_at, retired_at, range_start, range_end
       from perf.get_workflows('2020-01-06 10:30', '2020-01-06 10:40')
       where workflow in ('upscale', 'old') $$,
    $$ select pg_temp.id('upscale'), 'upscale', timestamptz '2020-01-07 10:50', null::timestamptz,
           null::timestamptz, null::timestamptz $$,
    'a range in which no hour starts counts nothing; the last job is found all the same'
);
select results_eq(
    $$ select workflow, job_count, range_start, range_end
       from perf.get_workflows('2020-01-07 10:00', '2020-01-07 10:20')
       where job_count > 0 $$,
    $$ values ('upscale', 2::bigint, timestamptz '2020-01-07 10:00',
        timestamptz '2020-01-07 11:00') $$,
    'whole hours are counted'
);
select results_eq(
    $$ select workflow, job_count from perf.get_workflows('2019-12-31', '2020-01-01')
       where job_count > 0 $$,
    $$ values ('gone', 1::bigint) $$,
    'a retired workflow is there when it had jobs'
);
select is(
    (select count(*) from perf.get_workflows('2020-01-06', '2020-01-06')),
    3::bigint,
    'an empty range lists the workflows in use'
);
select is(
    (select sum(job_count) from perf.get_workflows(end_time => '2200-01-01')),
    0::numeric,
    'it begins 30 days ago unless said otherwise'
);

select throws_ok(
    $$ select from perf.get_workflows(null, '2020-01-08') $$,
    '22023',
    'start_time and end_time must be points in time, got null and 2020-01-08 00:00:00+00',
    'refuses a null start'
);
select throws_ok(
    $$ select from perf.get_workflows('2020-01-08', '2020-01-06') $$,
    '22023',
    'end_time must not be before start_time, got 2020-01-08 00:00:00+00 and 2020-01-06 00:00:00+00',
    'refuses an end before the start'
);

set local role perf_analyst;
select is(
    (select count(*) from perf.get_workflows('2020-01-06', '2020-01-08')),
    4::bigint,
    'an analyst may ask'
);
set local role perf_admin;
select is(
    (select count(*) from perf.get_workflows('2020-01-06', '2020-01-08')),
    4::bigint,
    'an admin may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select from perf.get_workflows('2020-01-06', '2020-01-08') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);
set local role anon;
select throws_ok(
    $$ select from perf.get_workflows('2020-01-06', '2020-01-08') $$,
    '42501',
    null,
    'anon may not ask'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select from perf.get_workflows('2020-01-06', '2020-01-08') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
