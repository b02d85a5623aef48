begin;
select plan(21);

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
    for i in 1 .. 5 loop
        perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-06 10:10',
            scores => jsonb_build_object('likeness', 0.6 + i * 0.05));
    end loop;
    perform perf_internal.add_named_metrics('jobs', '{quality.likeness}');
end
$$;
do $$
begin
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-07 10:10', scores => '{"likeness": 0.25}');
    perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-07 10:20', scores => '{"likeness": 0}',
        has_failed => true);
    perform pg_temp.add_job('interpolate', 'gpu-2', '2020-01-10 10:10', scores => '{"likeness": 1}');
    perform pg_temp.add_job('interpolate', 'gpu-2', '2020-01-10 10:20', scores => '{"other": 9}');
end
$$;

-- Of 0.65, 0.7, 0.75, 0.8, 0.85 the average is 0.75. With 0.25 it is 4 / 6.
select results_eq(
    $$ select time_bucket, job_count, round(average::numeric, 10),
           round(moving_average_value::numeric, 10), moving_job_count
       from perf.get_quality_trends('likeness', '2020-01-06', '2020-01-11', moving_average => 4) $$,
    $$ values
        (timestamptz '2020-01-06', 5::bigint, 0.75, 0.75, 5::bigint),
        ('2020-01-07', 1, 0.25, 0.6666666667, 6),
        ('2020-01-10', 1, 1, 0.625, 2) $$,
    'an average weighs jobs, and goes back by time and not by rows; failed jobs are left out'
);
select results_eq(
    $$ select time_bucket, job_count, round(moving_average_value::numeric, 10), moving_job_count
       from perf.get_quality_trends('likeness', '2020-01-07', '2020-01-08', moving_average => 2) $$,
    $$ values (timestamptz '2020-01-07', 1::bigint, 0.6666666667, 6::bigint) $$,
    'it counts jobs before the range'
);
select results_eq(
    $$ select moving_average_value = average, moving_job_count
       from perf.get_quality_trends('likeness', '2020-01-06', '2020-01-11', moving_average => 1) $$,
    $$ values (true, 5::bigint), (true, 1), (true, 1) $$,
    'one bucket is no more than the average'
);
-- The deviation is 0.0790569, and Student''s quantile for 4 degrees 2.776.
select results_eq(
    $$ select round(average_low::numeric, 3), round(average_high::numeric, 3),
           round(deviation::numeric, 6)
       from perf.get_quality_trends('likeness', '2020-01-06', '2020-01-08') $$,
    $$ values (0.652, 0.848, 0.079057), (null, null, null) $$,
    'an interval needs 5 jobs'
);
select results_eq(
    $$ select time_bucket, job_count
       from perf.get_quality_trends(
           'likeness', '2020-01-06', '2020-01-11', workflow_id => pg_temp.id('interpolate')
       ) $$,
    $$ values (timestamptz '2020-01-10', 1::bigint) $$,
    'of a workflow'
);
select results_eq(
    $$ select time_bucket, job_count
       from perf.get_quality_trends('likeness', '2020-01-01', '2020-02-01', 'month') $$,
    $$ values (timestamptz '2020-01-01', 7::bigint) $$,
    'by month'
);
select results_eq(
    $$ select time_bucket, job_count, moving_job_count
       from perf.get_quality_trends(
           'likeness', '2020-01-06', '2020-01-07 12:00', 'hour', moving_average => 25
       ) $$,
    $$ values (timestamptz '2020-01-06 10:00', 5::bigint, 5::bigint), ('2020-01-07 10:00', 1, 6) $$,
    'by hour'
);
select results_eq(
    $$ select time_bucket, job_count, moving_job_count
       from perf.get_quality_trends(
           'likeness', '2020-01-06 18:30', '2020-01-11', time_zone => 'Asia/Kolkata',
           moving_average => 2
       ) $$,
    $$ values (timestamptz '2020-01-06 19:00', 1::bigint, 6::bigint), ('2020-01-09 19:00', 1, 1) $$,
    'by day of a time zone'
);
select results_eq(
    $$ select time_bucket, average
       from perf.get_quality_trends('quality_rating', '2020-01-10', '2020-01-11') $$,
    $$ values (timestamptz '2020-01-10', 5::float8) $$,
    'of the rating of jobs'
);
select is_empty(
    $$ select from perf.get_quality_trends('likeness', '2020-02-06', '2020-02-11') $$,
    'nothing where there are no jobs'
);
select throws_ok(
    $$ select from perf.get_quality_trends('fun', '2020-01-06', '2020-01-11') $$,
    'PT404',
    'there is no quality score "fun"',
    'an unknown score is an error'
);
select throws_ok(
    $$ select from perf.get_quality_trends(null, '2020-01-06', '2020-01-11') $$,
    '22023',
    'score_name must not be null',
    'refuses a null score'
);
select throws_ok(
    $$ select from perf.get_quality_trends(
           'likeness', '2020-01-06', '2020-01-11', workflow_id => -1
       ) $$,
    'PT404',
    'there is no workflow -1',
    'an unknown workflow is an error'
);
select throws_ok(
    $$ select from perf.get_quality_trends(
           'likeness', '2020-01-06', '2020-01-11', moving_average => 0
       ) $$,
    '22023',
    'moving_average must be between 1 and 1000 buckets, got 0',
    'refuses an average of nothing'
);
select throws_ok(
    $$ select from perf.get_quality_trends('likeness', '2020-01-06', '2020-01-11', 'x') $$,
    '22023',
    'granularity must be hourly, daily, weekly or monthly, got "x"',
    'refuses another granularity'
);
select throws_ok(
    $$ select from perf.get_quality_trends('likeness', '2020-01-06', '2020-01-11', max_rows => 2) $$,
    '22023',
    'the answer has more rows than max_rows allows, which is 2',
    'refuses more than max_rows'
);

set local role perf_analyst;
select lives_ok(
    $$ select from perf.get_quality_trends('likeness', '2020-01-06', '2020-01-11') $$,
    'an analyst may ask'
);
set local role perf_admin;
select lives_ok(
    $$ select from perf.get_quality_trends('likeness', '2020-01-06', '2020-01-11') $$,
    'an admin may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select from perf.get_quality_trends('likeness', '2020-01-06', '2020-01-11') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);
set local role anon;
select throws_ok(
    $$ select from perf.get_quality_trends('likeness', '2020-01-06', '2020-01-11') $$,
    '42501',
    null,
    'anon may not ask'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select from perf.get_quality_trends('likeness', '2020-01-06', '2020-01-11') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
