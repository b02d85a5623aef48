begin;
select plan(24);

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

select results_eq(
    $$ select job_count, ranked_workflows, best_workflows, throughput
       from perf.get_performance_overview('2020-01-06', '2020-01-08') $$,
    $$ values (0::bigint, 0::bigint, '[]'::jsonb, '[]'::jsonb) $$,
    'there is a row of nothing before the first job'
);

insert into perf.workflows (name) values ('sketch'), ('few');
do $$
begin
    for i in 0 .. 4 loop
        perform pg_temp.add_job('upscale', 'gpu-1', '2020-01-06 10:10', 100 + i, 3600000, 1800000,
            8000, 10, scores => '{"likeness": 0.75}');
        perform pg_temp.add_job('interpolate', 'gpu-2', '2020-01-07 10:10', 200 + i, 3600000,
            vram => 6000, scores => '{"likeness": 0.5}');
        perform pg_temp.add_job('sketch', 'gpu-2', '2020-01-07 11:10', 300 + i);
        perform pg_temp.add_job('sketch', 'gpu-2', '2020-01-07 11:20', 1, has_failed => true);
    end loop;
    perform pg_temp.add_job('few', 'gpu-1', '2020-01-07 12:00', 1);
    perform perf_internal.add_named_metrics('jobs', '{quality.likeness}');
end
$$;

-- 21 jobs of which 5 fail, 10 hours of wall time and 2.5 of GPU time.
select results_eq(
    $$ select job_count, failed_jobs, failure_rate, gpu_hours, wall_hours, frames,
           avg_time_per_frame_ms, avg_vram_peak_mb, max_vram_peak_mb, avg_quality_rating,
           range_start, range_end
       from perf.get_performance_overview('2020-01-06', '2020-01-08') $$,
    $$ values (21::bigint, 5::bigint, 5 / 21::float8, 2.5::float8, 10::float8, 50::bigint,
        (510 + 1010 + 1510 + 1) / 16::float8, 7000::float8, 8000::float8, 0.625::float8,
        timestamptz '2020-01-06', timestamptz '2020-01-08') $$,
    'totals of all jobs; averages of successful ones'
);
select results_eq(
    $$ select failure_rate_low, failure_rate_high
       from perf.get_performance_overview('2020-01-06', '2020-01-08') $$,
    $$ select * from perf.get_wilson_interval(5, 21) $$,
    'the failure rate has its interval'
);
-- Of 1, 100 .. 104, 200 .. 204, 300 .. 304 the middle two are 201 and 202.
select ok(
    (
        select abs(p50_time_per_frame_ms / 201.5 - 1) <= 0.005
            and abs(p95_time_per_frame_ms / 303.25 - 1) <= 0.005
            and abs(p99_time_per_frame_ms / 303.85 - 1) <= 0.005
        from perf.get_performance_overview('2020-01-06', '2020-01-08')
    ),
    'percentiles are of successful jobs'
);
select results_eq(
    $$ select ranking_metric, ranked_workflows,
           jsonb_path_query_array(best_workflows, '$[*].workflow'),
           jsonb_path_query_array(worst_workflows, '$[*].workflow')
       from perf.get_performance_overview('2020-01-06', '2020-01-08', min_jobs => 5) $$,
    $$ values ('time_per_frame_ms', 3::bigint, '["upscale", "interpolate"]'::jsonb,
        '["sketch"]'::jsonb) $$,
    'the best first, the worst first, and none in both'
);
select results_eq(
    $$ select jsonb_path_query_array(best_workflows, '$[*].workflow'),
           jsonb_path_query_array(worst_workflows, '$[*].workflow')
       from perf.get_performance_overview(
           '2020-01-06', '2020-01-08', min_jobs => 1, max_workflows => 1
       ) $$,
    $$ values ('["few"]'::jsonb, '["sketch"]'::jsonb) $$,
    'at most max_workflows of each'
);
select is(
    (
        select best_workflows -> 0
        from perf.get_performance_overview('2020-01-06', '2020-01-08', 'failure_rate', 10)
    ),
    (
        select jsonb_build_object(
            'rank', 1, 'workflow_id', f.id, 'workflow', 'sketch', 'average', 0.5,
            'average_low', i.low, 'average_high', i.high, 'job_count', 10
        )
        from perf.workflows as f
        cross join perf.get_wilson_interval(5, 10) as i
        where f.name = 'sketch'
    ),
    'by another metric, with its interval'
);
select results_eq(
    $$ select throughput_granularity, throughput
       from perf.get_performance_overview('2020-01-06', '2020-01-12') $$,
    $$ values ('daily', '[
        {"time_bucket": "2020-01-06T00:00:00+00:00", "job_count": 5, "failed_jobs": 0,
            "frames": 50, "gpu_hours": 2.5, "wall_hours": 5},
        {"time_bucket": "2020-01-07T00:00:00+00:00", "job_count": 16, "failed_jobs": 5,
            "frames": null, "gpu_hours": null, "wall_hours": 5}
    ]'::jsonb) $$,
    'throughput is a series of objects, with times in UTC'
);
select results_eq(
    $$ select g.days, o.throughput_granularity
       from (values (3), (4), (100), (101), (700), (701)) as g (days)
       cross join lateral perf.get_performance_overview(
           '2018-01-06', timestamptz '2018-01-06' + g.days * interval '1 day'
       ) as o
       order by 1 $$,
    $$ values (3, 'hourly'), (4, 'daily'), (100, 'daily'), (101, 'weekly'), (700, 'weekly'),
        (701, 'monthly') $$,
    'its granularity follows the length of the range'
);
select results_eq(
    $$ select throughput_granularity, jsonb_array_length(throughput)
       from perf.get_performance_overview('2020-01-01', '2020-02-01', granularity => 'month') $$,
    $$ values ('monthly', 1) $$,
    'unless it is given'
);
select results_eq(
    $$ select job_count, failed_jobs, failure_rate, gpu_hours, p50_time_per_frame_ms,
           ranking_metric, ranked_workflows, best_workflows, worst_workflows, throughput
       from perf.get_performance_overview('2020-02-06', '2020-02-08') $$,
    $$ values (0::bigint, 0::bigint, null::float8, null::float8, null::float8,
        'total_wall_time_ms', 0::bigint, '[]'::jsonb, '[]'::jsonb, '[]'::jsonb) $$,
    'a range without jobs has one row of nothing'
);
select is(
    (select job_count from perf.get_performance_overview('2020-01-06', '2020-01-06')),
    0::bigint,
    'so has no time'
);
select throws_ok(
    $$ select from perf.get_performance_overview('2020-01-06', '2020-01-08', 'jobs') $$,
    '22023',
    'metric must be one of which lower or higher values are better, got "jobs"',
    'refuses a metric without a direction'
);
select throws_ok(
    $$ select from perf.get_performance_overview('2020-01-06', '2020-01-08', 'fun') $$,
    'PT404',
    'there is no metric of jobs "fun"',
    'an unknown metric is an error'
);
select throws_ok(
    $$ select from perf.get_performance_overview('2020-01-06', '2020-01-08', min_jobs => 0) $$,
    '22023',
    'min_jobs must be at least 1, got 0',
    'refuses to rank workflows without jobs'
);
select throws_ok(
    $$ select from perf.get_performance_overview('2020-01-06', '2020-01-08', max_workflows => 0) $$,
    '22023',
    'max_workflows must be between 1 and 1000, got 0',
    'refuses to show no workflows'
);
select throws_ok(
    $$ select from perf.get_performance_overview('2020-01-06', '2020-01-08', max_rows => 1) $$,
    '22023',
    'the answer has more rows than max_rows allows, which is 1',
    'refuses a series of more than max_rows'
);
select throws_ok(
    $$ select from perf.get_performance_overview('2020-01-06', '2020-01-08', granularity => 'x') $$,
    '22023',
    'granularity must be hourly, daily, weekly or monthly, got "x"',
    'refuses another granularity'
);
select throws_ok(
    $$ select from perf.get_performance_overview(null, '2020-01-08') $$,
    '22023',
    null,
    'refuses a null start'
);

set local role perf_analyst;
select lives_ok(
    $$ select from perf.get_performance_overview('2020-01-06', '2020-01-08') $$,
    'an analyst may ask'
);
set local role perf_admin;
select lives_ok(
    $$ select from perf.get_performance_overview('2020-01-06', '2020-01-08') $$,
    'an admin may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select from perf.get_performance_overview('2020-01-06', '2020-01-08') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);
set local role anon;
select throws_ok(
    $$ select from perf.get_performance_overview('2020-01-06', '2020-01-08') $$,
    '42501',
    null,
    'anon may not ask'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select from perf.get_performance_overview('2020-01-06', '2020-01-08') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
