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

do $$
begin
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-06 10:10', 100, 7200000, 3600000, frames => 10);
    perform pg_temp.add_job('upscale', 'gpu-2', '2020-01-06 10:50', 100, 3600000, 1800000, frames => 20);
    perform pg_temp.add_job('interpolate', 'gpu-1', '2020-01-08 23:59', 100, 3600000, 3600000,
        frames => 5, has_failed => true);
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-12 23:59');
end
$$;

select results_eq(
    $$ select * from perf.get_job_throughput('2020-01-06', '2020-01-09') $$,
    $$ values
        (timestamptz '2020-01-06', 2::bigint, 0::bigint, 30::bigint, 1.5::float8, 3::float8),
        ('2020-01-08', 1, 1, null, 1, 1) $$,
    'one row a day that has jobs; frames are those of successful jobs, hours are of all'
);
select results_eq(
    $$ select time_bucket, job_count
       from perf.get_job_throughput('2020-01-06', '2020-01-20', 'week') $$,
    $$ values (timestamptz '2020-01-06', 4::bigint) $$,
    'Sunday''s last minute is in the week'
);
select results_eq(
    $$ select time_bucket, job_count
       from perf.get_job_throughput('2020-01-01', '2020-01-20', 'monthly') $$,
    $$ values (timestamptz '2020-01-01', 4::bigint) $$,
    'by month'
);
select results_eq(
    $$ select time_bucket, job_count
       from perf.get_job_throughput('2020-01-06', '2020-01-07', 'hourly') $$,
    $$ values (timestamptz '2020-01-06 10:00', 2::bigint) $$,
    'by hour'
);
select results_eq(
    $$ select time_bucket, job_count
       from perf.get_job_throughput('2020-01-08', '2020-01-10', time_zone => 'Asia/Kolkata') $$,
    $$ values (timestamptz '2020-01-08 19:00', 1::bigint) $$,
    'days of a time zone'
);
select is(
    (
        select sum(job_count)
        from perf.get_job_throughput(
            '2020-01-06', '2020-01-20', workflow_id => pg_temp.id('interpolate')
        )
    ),
    1::numeric,
    'of a workflow'
);
select is(
    (
        select sum(job_count)
        from perf.get_job_throughput('2020-01-06', '2020-01-20', worker_id => pg_temp.id('gpu-1'))
    ),
    3::numeric,
    'on a worker'
);
select is_empty(
    $$ select from perf.get_job_throughput('2020-01-06', '2020-01-06') $$, 'nothing of no time'
);
select throws_ok(
    $$ select from perf.get_job_throughput('2020-01-06', '2020-01-09', max_rows => 1) $$,
    '22023',
    'the answer has more rows than max_rows allows, which is 1',
    'refuses more than max_rows'
);
select throws_ok(
    $$ select from perf.get_job_throughput('2020-01-06', '2020-01-09', 'year') $$,
    '22023',
    'granularity must be hourly, daily, weekly or monthly, got "year"',
    'refuses another granularity'
);
select throws_ok(
    $$ select from perf.get_job_throughput('2020-01-06', null) $$, '22023', null, 'refuses null'
);
select throws_ok(
    $$ select from perf.get_job_throughput('2020-01-06', '2020-01-09', time_zone => 'IST') $$,
    '22023',
    null,
    'refuses an ambiguous zone'
);
select throws_ok(
    $$ select from perf.get_job_throughput('2020-01-06', '2020-01-09', workflow_id => -1) $$,
    'PT404',
    'there is no workflow -1',
    'an unknown workflow is an error'
);
select throws_ok(
    $$ select from perf.get_job_throughput('2020-01-06', '2020-01-09', worker_id => -1) $$,
    'PT404',
    'there is no worker -1',
    'an unknown worker is an error'
);

set local role perf_analyst;
select lives_ok(
    $$ select from perf.get_job_throughput('2020-01-06', '2020-01-09') $$,
    'an analyst may ask'
);
set local role perf_admin;
select lives_ok(
    $$ select from perf.get_job_throughput('2020-01-06', '2020-01-09') $$,
    'an admin may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select from perf.get_job_throughput('2020-01-06', '2020-01-09') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);
set local role anon;
select throws_ok(
    $$ select from perf.get_job_throughput('2020-01-06', '2020-01-09') $$,
    '42501',
    null,
    'anon may not ask'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select from perf.get_job_throughput('2020-01-06', '2020-01-09') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
