begin;
select plan(17);

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
insert into perf.workers (name, retired_at)
values ('idle', null), ('old', '2020-01-07'), ('gone', '2020-01-01');
select is(
    (select sum(job_count) from perf.get_workers('2020-01-06', '2020-01-08')),
    0::numeric,
    'before the first job there are none'
);
do $$
begin
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-06 10:10', 100, 7200000, 3600000, 8000, 10);
    perform pg_temp.add_job('interpolate', 'gpu-1', '2020-01-07 10:10', 300, 3600000, 1800000, 6000, 20);
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-07 10:50', 900, 3600000, 3600000, 9000, 5,
        has_failed => true);
    perform pg_temp.add_job('interpolate', null, '2020-01-07 23:30', has_failed => true);
    perform pg_temp.add_job('upscale', 'old', '2020-01-06 00:00', wall_ms => 1800000);
    perform pg_temp.add_job('upscale', 'gone', '2019-12-31 12:00');
end
$$;
insert into perf.worker_availability (worker_id, available_from, available_until)
values
    (pg_temp.id('gpu-1'), '2020-01-06 08:00', '2020-01-06 12:00'),
    (pg_temp.id('gpu-1'), '2020-01-07 08:00', null),
    (pg_temp.id('idle'), '2020-01-06 08:00', '2020-01-06 12:00');

select results_eq(
    $$ select worker, hardware, vram_mb, job_count, failed_jobs, failure_rate, gpu_hours,
           wall_hours, frames, avg_time_per_frame_ms, avg_gpu_time_ms, avg_wall_time_ms,
           avg_vram_peak_mb, max_vram_peak_mb
       from perf.get_workers('2020-01-06', '2020-01-08') $$,
    $$ values
        ('gpu-1', 'RTX 4090', 24000, 3::bigint, 1::bigint, 1 / 3::float8, 2.5::float8, 4::float8,
            30::bigint, 200::float8, 2700000::float8, 5400000::float8, 7000::float8, 9000::float8),
        ('old', null, null, 1, 0, 0, null, 0.5, null, null, null, 1800000, null, null),
        ('gpu-2', null, null, 0, 0, null, null, null, null, null, null, null, null, null),
        ('idle', null, null, 0, 0, null, null, null, null, null, null, null, null, null) $$,
    'one row a worker, most GPU hours first; a job without a worker is nowhere'
);
-- 4 hours on Monday, 16 on Tuesday, and 4 hours of jobs.
select results_eq(
    $$ select worker_id, worker, available_hours, utilization, last_job_at, retired_at,
           range_start, range_end
       from perf.get_workers('2020-01-06', '2020-01-08')
       where worker <> 'gpu-2' $$,
    $$ values
        (pg_temp.id('gpu-1'), 'gpu-1', 20::float8, 0.2::float8, timestamptz '2020-01-07 10:50',
            null::timestamptz, timestamptz '2020-01-06', timestamptz '2020-01-08'),
        (pg_temp.id('old'), 'old', null, null, '2020-01-06', '2020-01-07', '2020-01-06',
            '2020-01-08'),
        (pg_temp.id('idle'), 'idle', 4, 0, null, null, '2020-01-06', '2020-01-08') $$,
    'utilization is of the hours in which it was offered, null if it was not'
);
select is(
    (
        select utilization
        from perf.get_workers('2020-01-06', '2020-01-08', as_of => '2020-01-07 09:00')
        where worker = 'gpu-1'
    ),
    4 / 5::float8,
    'up to as_of'
);
select results_eq(
    $$ select t.as_of, w.available_since
       from (
           values (timestamptz '2020-01-06 07:59'), ('2020-01-06 08:00'), ('2020-01-06 12:00'), ('2020-01-08')
       ) as t (as_of)
       cross join lateral perf.get_workers('2020-01-06', '2020-01-08', t.as_of) as w
       where w.worker = 'gpu-1' $$,
    $$ values
        (timestamptz '2020-01-06 07:59', null::timestamptz),
        ('2020-01-06 08:00', '2020-01-06 08:00'),
        ('2020-01-06 12:00', null),
        ('2020-01-08', '2020-01-07 08:00') $$,
    'says since when a worker is offered at as_of'
);
-- Wilson of 1 in 3, worked out apart. Two times per frame, 100 and 300, have too few for an interval.
select results_eq(
    $$ select round(failure_rate_low::numeric, 4), round(failure_rate_high::numeric, 4),
           avg_time_per_frame_ms_low
       from perf.get_workers('2020-01-06', '2020-01-08')
       where worker = 'gpu-1' $$,
    $$ values (0.0615, 0.7923, null::float8) $$,
    'a rate has its interval'
);
select is(
    (
        select string_agg(worker, ' ' order by worker)
        from perf.get_workers('2020-01-06', '2020-01-08', include_retired => true)
        where retired_at is not null
    ),
    'gone old',
    'retired workers without jobs only when asked for'
);
savepoint many;
do $$
begin
    perform pg_temp.add_job('upscale', 'gpu-2', '2020-01-06 10:00', frame_ms => ms)
    from unnest('{80,90,100,110,120,100}'::real[]) as ms;
end
$$;
-- 100 -+ 2.5706 * sqrt(1000 / 5 / 6).
select results_eq(
    $$ select avg_time_per_frame_ms, round(avg_time_per_frame_ms_low::numeric, 1),
           round(avg_time_per_frame_ms_high::numeric, 1)
       from perf.get_workers('2020-01-06', '2020-01-08')
       where worker = 'gpu-2' $$,
    $$ values (100::float8, 85.2, 114.8) $$,
    'a mean has the interval of Student'
);
rollback to many;
select results_eq(
    $$ select worker, job_count from perf.get_workers('2019-12-31', '2020-01-01')
       where job_count > 0 $$,
    $$ values ('gone', 1::bigint) $$,
    'a retired worker is there when it had jobs'
);
select is(
    (select count(*) from perf.get_workers('2020-01-06', '2020-01-06')),
    3::bigint,
    'an empty range lists the workers in use'
);

select throws_ok(
    $$ select from perf.get_workers('2020-01-06', null) $$,
    '22023',
    'start_time and end_time must be points in time, got 2020-01-06 00:00:00+00 and null',
    'refuses a null end'
);
select throws_ok(
    $$ select from perf.get_workers('2020-01-06', '2020-01-08', null) $$,
    '22023',
    'as_of must be a point in time, got null',
    'refuses a null as_of'
);

set local role perf_analyst;
select is(
    (select count(*) from perf.get_workers('2020-01-06', '2020-01-08')),
    4::bigint,
    'an analyst may ask'
);
set local role perf_admin;
select is(
    (select count(*) from perf.get_workers('2020-01-06', '2020-01-08')),
    4::bigint,
    'an admin may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select from perf.get_workers('2020-01-06', '2020-01-08') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);
set local role anon;
select throws_ok(
    $$ select from perf.get_workers('2020-01-06', '2020-01-08') $$,
    '42501',
    null,
    'anon may not ask'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select from perf.get_workers('2020-01-06', '2020-01-08') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
