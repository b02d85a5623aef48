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

do $$
begin
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-31 23:59', 100, 7200000, 3600000, 8000, 10,
        scores => '{"rating": 4}');
    perform pg_temp.add_job('upscale', 'gpu-2', '2020-02-01 00:00', 300, 3600000, 1800000, 6000, 20);
    perform pg_temp.add_job('upscale', 'gpu-2', '2020-02-02 23:59', 900, 3600000, 1800000, 9000, 5,
        has_failed => true);
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-02-03 00:00', 500);
    perform pg_temp.add_job('interpolate', 'gpu-1', '2020-02-03 00:00', 1);
end
$$;

select results_eq(
    $$ select time_bucket, job_count, failed_jobs, failure_rate, avg_time_per_frame_ms,
           avg_gpu_time_ms, avg_wall_time_ms, gpu_hours, wall_hours, frames, avg_vram_peak_mb,
           max_vram_peak_mb, avg_quality_rating
       from perf.get_workflow_trend(pg_temp.id('upscale'), '2020-01-01', '2020-03-01', 'month') $$,
    $$ values
        (timestamptz '2020-01-01', 1::bigint, 0::bigint, 0::float8, 100::float8, 3600000::float8,
            7200000::float8, 1::float8, 2::float8, 10::bigint, 8000::float8, 8000::float8,
            4::float8),
        ('2020-02-01', 3, 1, 1 / 3::float8, 400, 1800000, 3600000, 1, 2, 20, 6000, 9000, null) $$,
    'months end with their last day; failed jobs cost, but are in no average'
);
select results_eq(
    $$ select time_bucket, job_count
       from perf.get_workflow_trend(pg_temp.id('upscale'), '2020-01-01', '2020-03-01', 'weekly') $$,
    $$ values (timestamptz '2020-01-27', 3::bigint), ('2020-02-03', 1) $$,
    'weeks end with Sunday'
);
select results_eq(
    $$ select time_bucket, job_count
       from perf.get_workflow_trend(pg_temp.id('upscale'), '2020-02-01', '2020-02-03') $$,
    $$ values (timestamptz '2020-02-01', 1::bigint), ('2020-02-02', 1) $$,
    'by day unless said otherwise; the end is not in the range'
);
select results_eq(
    $$ select time_bucket, job_count
       from perf.get_workflow_trend(
           pg_temp.id('upscale'), '2020-01-31 18:30', '2020-02-01 18:30', 'day',
           time_zone => 'Asia/Kolkata'
       ) $$,
    $$ values (timestamptz '2020-01-31 19:00', 2::bigint) $$,
    'days of a time zone'
);
-- Of 300 and 500 the median is 400, the 95th percentile 490, the 99th 498.
select ok(
    (
        select abs(p50_time_per_frame_ms / 400 - 1) <= 0.005
            and abs(p95_time_per_frame_ms / 490 - 1) <= 0.005
            and abs(p99_time_per_frame_ms / 498 - 1) <= 0.005
        from perf.get_workflow_trend(pg_temp.id('upscale'), '2020-02-01', '2020-03-01', 'monthly')
    ),
    'percentiles are of successful jobs'
);
select is_empty(
    $$ select from perf.get_workflow_trend(pg_temp.id('upscale'), '2020-03-01', '2020-04-01') $$,
    'nothing where there are no jobs'
);
select is_empty(
    $$ select from perf.get_workflow_trend(pg_temp.id('upscale'), '2020-02-01', '2020-02-01') $$,
    'nothing of no time'
);
select throws_ok(
    $$ select from perf.get_workflow_trend(-1, '2020-02-01', '2020-03-01') $$,
    'PT404',
    'there is no workflow -1',
    'an unknown workflow is an error'
);
select throws_ok(
    $$ select from perf.get_workflow_trend(null, '2020-02-01', '2020-03-01') $$,
    'PT404',
    'there is no workflow null',
    'so is null'
);
select throws_ok(
    $$ select from perf.get_workflow_trend(
           pg_temp.id('upscale'), '2020-02-01', '2020-03-01', 'quarter'
       ) $$,
    '22023',
    'granularity must be hourly, daily, weekly or monthly, got "quarter"',
    'refuses another granularity'
);
select throws_ok(
    $$ select from perf.get_workflow_trend(
           pg_temp.id('upscale'), '2020-01-01', '2020-03-01', max_rows => 3
       ) $$,
    '22023',
    'the answer has more rows than max_rows allows, which is 3',
    'refuses more than max_rows'
);
select throws_ok(
    $$ select from perf.get_workflow_trend(pg_temp.id('upscale'), '2020-03-01', '2020-02-01') $$,
    '22023',
    null,
    'refuses an end before the start'
);

set local role perf_analyst;
select lives_ok(
    $$ select from perf.get_workflow_trend(pg_temp.id('upscale'), '2020-01-01', '2020-03-01') $$,
    'an analyst may ask'
);
set local role perf_admin;
select lives_ok(
    $$ select from perf.get_workflow_trend(pg_temp.id('upscale'), '2020-01-01', '2020-03-01') $$,
    'an admin may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select from perf.get_workflow_trend(pg_temp.id('upscale'), '2020-01-01', '2020-03-01') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);
set local role anon;
select throws_ok(
    $$ select from perf.get_workflow_trend(pg_temp.id('upscale'), '2020-01-01', '2020-03-01') $$,
    '42501',
    null,
    'anon may not ask'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select from perf.get_workflow_trend(pg_temp.id('upscale'), '2020-01-01', '2020-03-01') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
