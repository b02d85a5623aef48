begin;
select plan(9);

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
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-01 00:00', 100);
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-31 23:59', 300);
    perform pg_temp.add_job('upscale', 'gpu-2', '2020-02-01 00:00', 500);
    perform pg_temp.add_job('upscale', 'gpu-2', '2020-02-29 23:59', 900, has_failed => true);
end
$$;

create function pg_temp.read(metrics text, timestamptz, timestamptz, granularity text, zone text)
returns table (metric text, time_bucket timestamptz, count bigint, sum float8, m2 float8)
language sql
as
    'select r.metric, r.time_bucket, r.count, r.sum, r.m2
    from perf_internal.read_job_metrics(
        $1::text[], array(select k.id from perf_internal.job_kinds as k), $2, $3, $4,
        time_zone => $5
    ) as r
    order by 1, 2';

select results_eq(
    $$ select * from pg_temp.read(
           '{time_per_frame_ms}', '2020-01-01', '2020-03-01', 'monthly', 'UTC'
       ) $$,
    $$ values
        ('time_per_frame_ms', timestamptz '2020-01-01', 2::bigint, 400::float8, 20000::float8),
        ('time_per_frame_ms', '2020-02-01', 2, 1400, 80000) $$,
    'a month is the sum of its days'
);
select results_eq(
    $$ select * from pg_temp.read('{jobs}', '2020-01-01 00:00:01', '2020-02-01', 'monthly', 'UTC') $$,
    'select * from pg_temp.read(''{}'', ''2020-01-01'', ''2020-01-01'', ''monthly'', ''UTC'')',
    'a month that began before the range is not in it'
);
select results_eq(
    $$ select time_bucket, count from pg_temp.read(
           '{jobs}', '2019-12-31 23:59', '2020-02-01 00:00:01', 'monthly', 'UTC'
       ) $$,
    $$ values (timestamptz '2020-01-01', 2::bigint), ('2020-02-01', 2) $$,
    'one that begins in it is there whole'
);
-- 2020-01-31 23:59 UTC is 2020-02-01 in Kolkata.
select results_eq(
    $$ select time_bucket, count from pg_temp.read(
           '{jobs}', '2019-12-31 18:30', '2020-03-01', 'monthly', 'Asia/Kolkata'
       ) $$,
    $$ values (timestamptz '2019-12-31 19:00', 1::bigint), ('2020-01-31 19:00', 2),
        ('2020-02-29 19:00', 1) $$,
    'months of a time zone have its days'
);
-- Of 100 and 300 the median is 200.
select ok(
    (
        select abs(r.percentile_values[1] / 200 - 1) <= 0.005
            and r.percentile_values[3] <= r.max
            and r.min = 100 and r.max = 300
        from perf_internal.read_job_metrics(
            '{successful_time_per_frame_ms}', array(select k.id from perf_internal.job_kinds as k),
            '2020-01-01', '2020-02-01', 'monthly'
        ) as r
    ),
    'a month has percentiles and extremes'
);
select is(
    (
        select r.percentile_values
        from perf_internal.read_job_metrics(
            '{successful_time_per_frame_ms}', array(select k.id from perf_internal.job_kinds as k),
            '2020-01-01', '2020-02-01', 'monthly', sketched_metrics => '{}'
        ) as r
    ),
    null,
    'without sketches it has no percentiles'
);
select results_eq(
    $$ select time_bucket, count from pg_temp.read(
           '{jobs}', '2020-01-01', '2020-03-01', 'weekly', 'UTC'
       ) $$,
    $$ values (timestamptz '2020-01-27', 2::bigint), ('2020-02-24', 1) $$,
    'other buckets are those of the engine'
);
select results_eq(
    $$ select time_bucket, count from pg_temp.read(
           '{jobs}', '2020-01-01', '2020-03-01', null, 'UTC'
       ) $$,
    $$ values (null::timestamptz, 4::bigint) $$,
    'without a granularity all is one'
);

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.read_job_metrics('{jobs}', '{}', '2020-01-01', '2020-02-01') $$, '42501', null, 'perf_recorder may not ask'
);

select * from finish();
rollback;
