begin;
select plan(10);

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
-- Hours of 2020-01-06: 2 h and 1 h of wall time, half of it on the GPU.
do $$
begin
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-06 10:10+00', 100, 7200000, 3600000, 8000, 10,
        scores => '{"rating": 4}');
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-07 10:10+00', 300, 3600000, 1800000, 6000, 20);
    perform pg_temp.add_job('upscale', 'gpu-2', '2020-01-07 10:50+00', null, 3600000, null, 9000, 5,
        has_failed => true);
    perform pg_temp.add_job('interpolate', null, '2020-01-07 23:30+00', has_failed => true);
end
$$;

create function pg_temp.series(text) returns uuid[] language sql as
    'select array_agg(k.id order by k.created_at, k.worker_id)
    from perf_internal.get_job_kinds(array[pg_temp.id($1)]) as k';

select results_eq(
    $$ select group_number, time_bucket, job_count, failed_jobs, gpu_hours, wall_hours, frames,
           avg_time_per_frame_ms, avg_gpu_time_ms, avg_wall_time_ms, avg_vram_peak_mb,
           max_vram_peak_mb
       from perf_internal.read_jobs(
           pg_temp.series('upscale'), '2020-01-06 00:00+00', '2020-01-08 00:00+00'
       ) $$,
    $$ values (1, null::timestamptz, 3::bigint, 1::bigint, 1.5::float8, 4::float8, 30::bigint,
        200::float8, 2700000::float8, 5400000::float8, 7000::float8, 9000::float8) $$,
    'counts, hours and the highest peak are of all jobs, the rest is of successful ones'
);
select is(
    (
        select times_per_frame_ms
        from perf_internal.read_jobs(
            pg_temp.series('upscale'), '2020-01-06 00:00+00', '2020-01-08 00:00+00'
        )
    ),
    null,
    'there are no percentiles'
);
-- Of 100 and 300 the median is 200.
select ok(
    (
        select abs(times_per_frame_ms[1] / 200 - 1) <= 0.005 and cardinality(times_per_frame_ms) = 3
        from perf_internal.read_jobs(
            pg_temp.series('upscale'), '2020-01-06 00:00+00', '2020-01-08 00:00+00',
            has_percentiles => true
        )
    ),
    'unless they are asked for'
);
select results_eq(
    $$ select time_bucket, job_count, wall_hours
       from perf_internal.read_jobs(
           pg_temp.series('upscale'), '2020-01-06 00:00+00', '2020-01-08 00:00+00', 'daily'
       )
       order by 1 $$,
    $$ values
        (timestamptz '2020-01-06 00:00+00', 1::bigint, 2::float8),
        ('2020-01-07 00:00+00', 2, 2) $$,
    'with a granularity a row for each bucket'
);
select results_eq(
    $$ select time_bucket, job_count
       from perf_internal.read_jobs(
           pg_temp.series('interpolate'), '2020-01-06 00:00+00', '2020-01-09 00:00+00', 'daily',
           time_zone => 'Asia/Kolkata'
       ) $$,
    $$ values (timestamptz '2020-01-07 19:00+00', 1::bigint) $$,
    'days of a time zone'
);
select results_eq(
    $$ select group_number, job_count
       from perf_internal.read_jobs(
           pg_temp.series('upscale'), '2020-01-06 00:00+00', '2020-01-08 00:00+00',
           group_numbers => '{1,2}'
       )
       order by 1 $$,
    $$ values (1, 2::bigint), (2, 1) $$,
    'by group'
);
select results_eq(
    $$ select job_count, failed_jobs, gpu_hours, frames, avg_time_per_frame_ms, max_vram_peak_mb
       from perf_internal.read_jobs(
           pg_temp.series('interpolate'), '2020-01-06 00:00+00', '2020-01-08 00:00+00'
       ) $$,
    $$ values (1::bigint, 1::bigint, null::float8, null::bigint, null::float8, null::float8) $$,
    'what no job has is null'
);
select is_empty(
    $$ select from perf_internal.read_jobs(
           pg_temp.series('upscale'), '2020-01-08 00:00+00', '2020-01-09 00:00+00'
       ) $$,
    'no row without jobs'
);
select is_empty(
    $$ select from perf_internal.read_jobs(
           '{}', '2020-01-06 00:00+00', '2020-01-08 00:00+00'
       ) $$,
    'no row without series'
);

set local role perf_recorder;
select throws_ok(
    $$ select from perf_internal.read_jobs('{}', '2020-01-06', '2020-01-08') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);

select * from finish();
rollback;
