begin;
select plan(23);

set local timezone = 'UTC';
set local datestyle = 'ISO';

-- Times are in ms. Each job of a list is an hour after the one before.
create function pg_temp.add_jobs(
    workflow text,
    worker text,
    resolution_tier text,
    first_at timestamptz,
    times bigint[],
    failed boolean default false,
    frames integer default null,
    vram integer default null
)
returns void
language sql
as $$
    insert into perf_internal.job_kinds (workflow_id, worker_id, resolution_tier)
    select f.id, w.id, $3
    from perf.workflows as f
    join perf.workers as w on w.name = $2
    where f.name = $1
    on conflict do nothing;
    insert into perf.performance_metrics (
        series_id, created_at, job_id, workflow_id, worker_id, resolution_tier, failed,
        total_wall_time_ms, frame_count, vram_peak_mb
    )
    select
        k.id, $4 + (t.position - 1) * interval '1 hour', t.position, k.workflow_id, k.worker_id,
        $3, $6, t.ms, $7, $8 + t.position
    from unnest($5) with ordinality as t (ms, position)
    join perf.workflows as f on f.name = $1
    join perf.workers as w on w.name = $2
    join perf_internal.job_kinds as k
        on k.workflow_id = f.id
        and k.worker_id = w.id
        and k.resolution_tier is not distinct from $3;
$$;

create function pg_temp.get_workflow(text) returns bigint language sql as
    'select f.id from perf.workflows as f where f.name = $1';
create function pg_temp.get_worker(text) returns bigint language sql as
    'select w.id from perf.workers as w where w.name = $1';

insert into perf.workflows (name) values ('steady'), ('broad'), ('idle');
insert into perf.workers (name) values ('gpu-1'), ('gpu-2');

select pg_temp.add_jobs('steady', 'gpu-1', null, '2020-01-06', array_fill(1000::bigint, '{19}'));
-- Two of three lie in the interval from 1000 to 1000.
select pg_temp.add_jobs('steady', 'gpu-1', null, '2020-01-07', '{1000,1000,1001}');
select pg_temp.add_jobs('steady', 'gpu-1', null, '2020-01-07', '{5,5}', failed => true);
-- Nothing of this worker is known, so all workers are asked.
select pg_temp.add_jobs('steady', 'gpu-2', null, '2020-01-07', '{999}');
-- From 1 to 19 s, so the interval is 18 s wide, and the day goes from 5 to 15 s.
select pg_temp.add_jobs(
    'broad', 'gpu-1', '1080p', '2020-01-06', array(select 1000 * n from generate_series(1, 19) as n)
);
select pg_temp.add_jobs('broad', 'gpu-1', '1080p', '2020-01-07', '{5000,15000}');

select results_eq(
    $$ select workflow, worker, job_count, covered_count, coverage, mean_width, wider_count,
           unestimated_count, range_start, range_end
       from perf.get_estimate_coverage('2020-01-07', '2020-01-08') $$,
    $$ values
        ('broad', null, 2::bigint, 2::bigint, 1::float8, 18000::float8, 0::bigint, 0::bigint,
            '2020-01-07'::timestamptz, '2020-01-08'::timestamptz),
        ('steady', null, 4, 2, 0.5, 0, 1, 0, '2020-01-07', '2020-01-08') $$,
    'how many jobs of a day lie in the intervals from what was before that day'
);
select results_eq(
    $$ select workflow, worker, job_count, covered_count, wider_count
       from perf.get_estimate_coverage('2020-01-07', '2020-01-08', group_by => 'worker') $$,
    $$ values
        ('broad', 'gpu-1', 2::bigint, 2::bigint, 0::bigint),
        ('steady', 'gpu-1', 3, 2, 0),
        ('steady', 'gpu-2', 1, 0, 1) $$,
    'by worker; a new worker has the interval of all workers'
);
select results_eq(
    $$ select workflow, worker, job_count, covered_count
       from perf.get_estimate_coverage('2020-01-07', '2020-01-08', group_by => 'all') $$,
    $$ values (null, null, 6::bigint, 4::bigint) $$,
    'or all together'
);
-- The interval is 16000 wide at 80 %, and p5 and p95 of 5000 and 15000 are 9000 apart.
select results_eq(
    $$ select c.relative_width
       from perf.get_estimate_coverage(
           '2020-01-07', '2020-01-08', pg_temp.get_workflow('broad'), confidence => 0.8
       ) as c $$,
    $$ values (16000 / 9000::float8) $$,
    'the width is compared with the range of all jobs of the workflow'
);
select results_eq(
    $$ select c.coverage_low = i.low, c.coverage_high = i.high
       from perf.get_estimate_coverage(
           '2020-01-07', '2020-01-08', pg_temp.get_workflow('steady')
       ) as c
       cross join perf.get_wilson_interval(2, 4) as i $$,
    'values (true, true)',
    'one workflow, with the interval of the share'
);
select results_eq(
    $$ select workflow, job_count, covered_count, coverage, coverage_low, mean_width,
           unestimated_count
       from perf.get_estimate_coverage(
           '2020-01-06', '2020-01-07', pg_temp.get_workflow('broad')
       ) $$,
    $$ values (
        'broad', 0::bigint, 0::bigint, null::float8, null::float8, null::float8, 19::bigint
    ) $$,
    'jobs without a history are counted apart'
);
select results_eq(
    $$ select job_count, unestimated_count, range_start
       from perf.get_estimate_coverage(
           '2020-01-06 00:00:01', '2020-01-07 00:00:01', pg_temp.get_workflow('broad')
       ) $$,
    $$ values (2::bigint, 0::bigint, '2020-01-07'::timestamptz) $$,
    'days that start in the range'
);
select results_eq(
    $$ select job_count, unestimated_count
       from perf.get_estimate_coverage(
           '2020-01-07', '2020-01-08', pg_temp.get_workflow('broad'), history => '1 day'
       ) $$,
    $$ values (2::bigint, 0::bigint) $$,
    'the first day of the history is in it'
);
-- Of 19 jobs the 2nd from either end.
select results_eq(
    $$ select mean_width, covered_count
       from perf.get_estimate_coverage(
           '2020-01-07', '2020-01-08', pg_temp.get_workflow('broad'), confidence => 0.8
       ) $$,
    $$ values (16000::float8, 2::bigint) $$,
    'less confidence makes intervals narrower'
);
select is_empty(
    $$ select * from perf.get_estimate_coverage('2020-02-03', '2020-02-10') $$,
    'nothing without jobs'
);
select is_empty(
    $$ select *
       from perf.get_estimate_coverage('2020-01-07', '2020-01-08', metric => 'vram_peak_mb') $$,
    'nothing of a metric that no job has'
);
select is_empty(
    $$ select * from perf.get_estimate_coverage('2020-01-07 01:00', '2020-01-07 02:00') $$,
    'nothing where no day starts'
);

select throws_ok(
    $$ select * from perf.get_estimate_coverage('2020-01-08', '2020-01-07') $$,
    '22023',
    'end_time must not be before start_time, got 2020-01-08 00:00:00+00 and 2020-01-07 00:00:00+00',
    'refuses an end before the start'
);
select throws_ok(
    $$ select * from perf.get_estimate_coverage('2020-01-07', '2020-01-08', -1) $$,
    'PT404',
    'there is no workflow -1',
    'does not find an unknown workflow'
);
select throws_ok(
    $$ select * from perf.get_estimate_coverage('2020-01-07', '2020-01-08', group_by => 'tier') $$,
    '22023',
    'group_by must be all, workflow or worker, got "tier"',
    'refuses an unknown group'
);
select throws_ok(
    $$ select * from perf.get_estimate_coverage('2020-01-07', '2020-01-08', group_by => null) $$,
    '22023',
    'group_by must be all, workflow or worker, got null',
    'refuses a null group'
);
select throws_ok(
    $$ select * from perf.get_estimate_coverage('2020-01-07', '2020-01-08', metric => 'cost') $$,
    '22023',
    'metric must be total_wall_time_ms, wall_time_per_frame_ms or vram_peak_mb, got "cost"',
    'refuses another metric'
);
select throws_ok(
    $$ select * from perf.get_estimate_coverage('2020-01-07', '2020-01-08', confidence => 0) $$,
    '22023',
    'confidence must be above 0 and at most 0.9999, got 0',
    'refuses no confidence'
);
select throws_ok(
    $$ select * from perf.get_estimate_coverage('2020-01-07', '2020-01-08', history => null) $$,
    '22023',
    'history must be between 1 day and 100 years, got null',
    'refuses a null history'
);

set local role perf_analyst;
select lives_ok('select * from perf.get_estimate_coverage()', 'an analyst may ask');
set local role perf_recorder;
select throws_ok(
    'select * from perf.get_estimate_coverage()', '42501', null, 'a recorder may not'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'select * from perf.get_estimate_coverage()', '42501', 'this needs the role analyst',
    'a stranger with a token may not'
);
set local role anon;
select throws_ok(
    'select * from perf.get_estimate_coverage()', '42501', null, 'nor anybody without one'
);

select * from finish();
rollback;
