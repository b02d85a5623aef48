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

do $$
begin
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-06 10:10', scores => '{"likeness": 0}');
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-06 10:20', scores => '{"likeness": 0.3}');
    perform pg_temp.add_job('upscale', 'gpu-2', '2020-01-06 10:30', scores => '{"likeness": 0.4}');
    perform pg_temp.add_job('interpolate', 'gpu-1', '2020-01-06 10:10', scores => '{"likeness": 1}');
    perform pg_temp.add_job('interpolate', 'gpu-1', '2020-01-06 10:20',
        scores => '{"likeness": 5, "other": 1}', has_failed => true);
    perform pg_temp.add_job('interpolate', 'gpu-1', '2020-01-06 10:30', scores => '{"same": 0.25}');
    perform pg_temp.add_job('interpolate', 'gpu-1', '2020-01-06 10:40', scores => '{"same": 0.25}');
end
$$;
do $$
begin
    perform perf_internal.add_named_metrics('jobs', '{quality.likeness,quality.same,quality.other}');
end
$$;

select results_eq(
    $$ select workflow, bucket_start, bucket_end, job_count, share, range_start, range_end
       from perf.get_quality_distribution(
           'likeness', '2020-01-06', '2020-01-07', bucket_count => 2
       ) $$,
    $$ values
        ('interpolate', 0::float8, 0.5::float8, 0::bigint, 0::float8, timestamptz '2020-01-06',
            timestamptz '2020-01-07'),
        ('interpolate', 0.5, 1, 1, 1, '2020-01-06', '2020-01-07'),
        ('upscale', 0, 0.5, 3, 1, '2020-01-06', '2020-01-07'),
        ('upscale', 0.5, 1, 0, 0, '2020-01-06', '2020-01-07') $$,
    'the same buckets for all workflows; failed jobs are left out'
);
select results_eq(
    $$ select workflow, bucket_start, bucket_end, job_count
       from perf.get_quality_distribution(
           'likeness', '2020-01-06', '2020-01-07', pg_temp.id('upscale'), 2
       ) $$,
    $$ values ('upscale', 0::float8, 0.2::float8, 1::bigint), ('upscale', 0.2, 0.4, 2) $$,
    'of one workflow'
);
select results_eq(
    $$ select workflow, bucket_start, bucket_end, job_count
       from perf.get_quality_distribution('same', '2020-01-06', '2020-01-07') $$,
    $$ values ('interpolate', 0.25::float8, 0.25::float8, 2::bigint) $$,
    'equal scores have one bucket'
);
select is_empty(
    $$ select from perf.get_quality_distribution('other', '2020-01-06', '2020-01-07') $$,
    'nothing where only failed jobs have the score'
);
select is(
    (
        select sum(job_count)
        from perf.get_quality_distribution('quality_rating', '2020-01-06', '2020-01-07')
    ),
    6::numeric,
    'of the rating of jobs'
);
select is_empty(
    $$ select from perf.get_quality_distribution('likeness', '2020-01-07', '2020-01-08') $$,
    'nothing where there are no jobs'
);
select throws_ok(
    $$ select from perf.get_quality_distribution('fun', '2020-01-06', '2020-01-07') $$,
    'PT404',
    'there is no quality score "fun"',
    'an unknown score is an error'
);
select throws_ok(
    $$ select from perf.get_quality_distribution('likeness', '2020-01-06', '2020-01-07', -1) $$,
    'PT404',
    'there is no workflow -1',
    'an unknown workflow is an error'
);
select throws_ok(
    $$ select from perf.get_quality_distribution(
           'likeness', '2020-01-06', '2020-01-07', bucket_count => null
       ) $$,
    '22023',
    'bucket_count must be between 1 and 1000, got null',
    'refuses null buckets'
);
select throws_ok(
    $$ select from perf.get_quality_distribution('likeness', '2020-01-06', null) $$,
    '22023',
    null,
    'refuses a null end'
);

set local role perf_analyst;
select lives_ok(
    $$ select from perf.get_quality_distribution('likeness', '2020-01-06', '2020-01-07') $$,
    'an analyst may ask'
);
set local role perf_admin;
select lives_ok(
    $$ select from perf.get_quality_distribution('likeness', '2020-01-06', '2020-01-07') $$,
    'an admin may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select from perf.get_quality_distribution('likeness', '2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);
set local role anon;
select throws_ok(
    $$ select from perf.get_quality_distribution('likeness', '2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'anon may not ask'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select from perf.get_quality_distribution('likeness', '2020-01-06', '2020-01-07') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
