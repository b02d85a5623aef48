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
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-06 10:10', 100, 7200000, 3600000, 8000, 10,
        scores => '{"rating": 4}');
    perform pg_temp.add_job('interpolate', 'gpu-1', '2020-01-06 11:10', 300, 3600000, 1800000, 6000, 20);
    perform pg_temp.add_job('interpolate', 'gpu-1', '2020-01-06 11:20', 900, 3600000, 1800000, 12000, 5,
        has_failed => true);
    perform pg_temp.add_job('upscale', 'gpu-2', '2020-01-06 11:10', 1);
    perform pg_temp.add_job('upscale', null, '2020-01-06 11:20', has_failed => true);
end
$$;
insert into perf.worker_availability (worker_id, available_from, available_until)
values
    (pg_temp.id('gpu-1'), '2020-01-05 12:00', '2020-01-06 04:00'),
    (pg_temp.id('gpu-1'), '2020-01-06 08:00', null);

select results_eq(
    $$ select worker, hardware, job_count, failed_jobs, failure_rate, avg_time_per_frame_ms,
           avg_gpu_time_ms, avg_wall_time_ms, gpu_hours, frames, avg_quality_rating, vram_mb,
           avg_vram_peak_mb, max_vram_peak_mb, max_vram_share
       from perf.get_worker_performance(pg_temp.id('gpu-1'), '2020-01-06', '2020-01-07') $$,
    $$ values ('gpu-1', 'RTX 4090', 3::bigint, 1::bigint, 1 / 3::float8, 200::float8,
        2700000::float8, 5400000::float8, 2::float8, 30::bigint, 4::float8, 24000, 7000::float8,
        12000::float8, 0.5::float8) $$,
    'hours and the highest peak are of all jobs, averages of successful ones'
);
-- 4 hours until 04:00 and 16 from 08:00, 4 hours of jobs.
select results_eq(
    $$ select generating_hours, idle_hours, available_hours, utilization, utilization_note,
           range_start, range_end
       from perf.get_worker_performance(pg_temp.id('gpu-1'), '2020-01-06', '2020-01-07') $$,
    $$ values (4::float8, 16::float8, 20::float8, 0.2::float8, null, timestamptz '2020-01-06',
        timestamptz '2020-01-07') $$,
    'utilization is of the hours in which it was offered, cut to the range'
);
select results_eq(
    $$ select available_hours, utilization, idle_hours,
           utilization_note ~ '^Jobs ran side by side'
       from perf.get_worker_performance(
           pg_temp.id('gpu-1'), '2020-01-06 09:30', '2020-01-06 12:00', as_of => '2020-01-06 11:00'
       ) $$,
    $$ values (1::float8, 4::float8, 0::float8, true) $$,
    'more than 1 has a note; what lasts ends with as_of'
);
select results_eq(
    $$ select job_count, generating_hours, idle_hours, available_hours, utilization,
           utilization_note
       from perf.get_worker_performance(pg_temp.id('gpu-2'), '2020-01-06', '2020-01-07') $$,
    $$ values (1::bigint, null::float8, null::float8, null::float8, null::float8,
        'No time in which the worker was offered is recorded for this range.') $$,
    'null with a note where nothing is recorded'
);
select results_eq(
    $$ select job_count, failed_jobs, failure_rate, generating_hours, idle_hours, utilization,
           by_workflow
       from perf.get_worker_performance(pg_temp.id('gpu-1'), '2020-01-07', '2020-01-08') $$,
    $$ values (0::bigint, 0::bigint, null::float8, 0::float8, 24::float8, 0::float8,
        '[]'::jsonb) $$,
    'a day without jobs was idle'
);
select is(
    (
        select (w.by_workflow -> 0)
            - '{p50_time_per_frame_ms,p95_time_per_frame_ms,p99_time_per_frame_ms}'::text[]
        from perf.get_worker_performance(pg_temp.id('gpu-1'), '2020-01-06', '2020-01-07') as w
    ),
    jsonb_build_object(
        'workflow_id', pg_temp.id('interpolate'), 'workflow', 'interpolate',
        'resolution_tier', '1080p', 'job_count', 2, 'failed_jobs', 1,
        'avg_time_per_frame_ms', 300, 'avg_wall_time_ms', 3600000, 'gpu_hours', 1,
        'wall_hours', 2, 'avg_vram_peak_mb', 6000, 'max_vram_peak_mb', 12000
    ),
    'by workflow and tier, most jobs first'
);
-- Of 100 and 300 the median is 200.
select ok(
    (
        select abs(p50_time_per_frame_ms / 200 - 1) <= 0.005
        from perf.get_worker_performance(pg_temp.id('gpu-1'), '2020-01-06', '2020-01-07')
    ),
    'percentiles are of successful jobs'
);
select results_eq(
    $$ select failure_rate_low, failure_rate_high
       from perf.get_worker_performance(pg_temp.id('gpu-1'), '2020-01-06', '2020-01-07') $$,
    $$ select * from perf.get_wilson_interval(1, 3) $$,
    'the failure rate has its interval'
);
insert into perf.workers (name) values ('new');
select results_eq(
    $$ select job_count, generating_hours, by_workflow
       from perf.get_worker_performance(
           (select w.id from perf.workers as w where w.name = 'new'), '2020-01-06', '2020-01-07'
       ) $$,
    $$ values (0::bigint, 0::float8, '[]'::jsonb) $$,
    'a new worker has one row of nothing'
);
select throws_ok(
    $$ select from perf.get_worker_performance(-1, '2020-01-06', '2020-01-07') $$,
    'PT404',
    'there is no worker -1',
    'an unknown worker is an error'
);
select throws_ok(
    $$ select from perf.get_worker_performance(null, '2020-01-06', '2020-01-07') $$,
    'PT404',
    'there is no worker null',
    'so is null'
);
select throws_ok(
    $$ select from perf.get_worker_performance(
           pg_temp.id('gpu-1'), '2020-01-06', '2020-01-07', null
       ) $$,
    '22023',
    'as_of must be a point in time, got null',
    'refuses a null as_of'
);
select throws_ok(
    $$ select from perf.get_worker_performance(pg_temp.id('gpu-1'), '2020-01-06', null) $$,
    '22023',
    null,
    'refuses a null end'
);

set local role perf_analyst;
select lives_ok(
    $$ select from perf.get_worker_performance(pg_temp.id('gpu-1'), '2020-01-06', '2020-01-07') $$,
    'an analyst may ask'
);
set local role perf_admin;
select lives_ok(
    $$ select from perf.get_worker_performance(pg_temp.id('gpu-1'), '2020-01-06', '2020-01-07') $$,
    'an admin may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select from perf.get_worker_performance(pg_temp.id('gpu-1'), '2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);
set local role anon;
select throws_ok(
    $$ select from perf.get_worker_performance(pg_temp.id('gpu-1'), '2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'anon may not ask'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select from perf.get_worker_performance(pg_temp.id('gpu-1'), '2020-01-06', '2020-01-07') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
