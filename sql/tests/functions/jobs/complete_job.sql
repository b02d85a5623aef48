begin;
select plan(23);

-- Messages show times as the session does.
set local datestyle = 'ISO';

set local timezone = 'UTC';

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

insert into perf.workflows (name) values ('upscale');
insert into perf.workers (name) values ('gpu-1'), ('gpu-2');
insert into perf.jobs (external_id, workflow_id, worker_id, status, started_at)
select j.external_id, f.id, w.id, j.status, j.started_at
from (
    values
        ('one', 'gpu-1', 'running', '2020-01-06 10:00+00'::timestamptz),
        ('two', null, 'queued', null),
        ('three', null, 'queued', null),
        ('four', 'gpu-1', 'running', '2020-01-06 10:00+00')
) as j (external_id, worker, status, started_at)
cross join perf.workflows as f
left join perf.workers as w on w.name = j.worker;

create function pg_temp.id(text) returns bigint language sql as
    'select j.id from perf.jobs as j where j.external_id = $1';

select ok(
    perf.complete_job(
        pg_temp.id('one'),
        '{"time_per_frame_ms": 250.5, "total_gpu_time_ms": 5900.4, "vram_peak_mb": 8000.5,
          "frame_count": 24, "resolution_tier": " 720p ", "quality_scores": {"likeness": 0.92},
          "pipeline_stages": [{"name": "decode", "duration_ms": 12.5, "node": 3}],
          "seed": 17}',
        '2020-01-06 10:00:06+00'
    ),
    'a running job completes'
);
select results_eq(
    $$ select m.job_id, m.created_at, m.time_per_frame_ms, m.total_gpu_time_ms,
           m.total_wall_time_ms, m.vram_peak_mb, m.frame_count, m.failed, m.resolution_tier,
           m.quality_scores_json, m.pipeline_stages_json, w.name
       from perf.performance_metrics as m
       join perf.workers as w on w.id = m.worker_id $$,
    $$ values (
        pg_temp.id('one'), '2020-01-06 10:00:06+00'::timestamptz, 250.5::real, 5900::bigint,
        6000::bigint, 8001, 24, false, '720p', '{"likeness": 0.92}'::jsonb,
        '[{"name": "decode", "duration_ms": 12.5}]'::jsonb, 'gpu-1'
    ) $$,
    'and has one row of what was measured; the wall time is the time since its start'
);
select results_eq(
    $$ select j.status, j.completed_at, j.result -> 'seed' from perf.jobs as j
       where j.external_id = 'one' $$,
    $$ values ('completed', '2020-01-06 10:00:06+00'::timestamptz, '17'::jsonb) $$,
    'the job keeps its result, with keys that are not read'
);
select ok(
    not perf.complete_job(pg_temp.id('one'), '{"frame_count": 1}'),
    'a retry is false, whatever its result'
);
select is(
    (select array_agg(m.frame_count) from perf.performance_metrics as m),
    array[24],
    'and measures nothing'
);
select throws_ok(
    $$ select perf.complete_job(pg_temp.id('two')) $$,
    '22023',
    format('worker_name must be given, because job %s has no worker', pg_temp.id('two')),
    'a job without a worker needs one'
);
select ok(
    perf.complete_job(
        pg_temp.id('two'), null, '2020-01-06 11:00+00', worker_name => ' gpu-9 '
    ),
    'a queued job completes with a worker, which is added'
);
select results_eq(
    $$ select w.name, m.total_wall_time_ms, m.quality_scores_json, m.resolution_tier
       from perf.performance_metrics as m
       join perf.workers as w on w.id = m.worker_id
       where m.job_id = pg_temp.id('two') $$,
    $$ values ('gpu-9', null::bigint, null::jsonb, null::text) $$,
    'what is unknown is null'
);
select throws_ok(
    $$ select perf.complete_job(pg_temp.id('four'), worker_name => 'gpu-2') $$,
    'PT409',
    format('job %s runs on another worker than "gpu-2"', pg_temp.id('four')),
    'a running job has its worker'
);
select throws_ok(
    $$ select perf.complete_job(pg_temp.id('four'), '{"vram_peak_mb": "8 GB"}') $$,
    '22023',
    E'vram_peak_mb must be a number between 0 and 2147483647, got "8 GB"',
    'refuses a bad result'
);
select throws_ok(
    $$ select perf.complete_job(pg_temp.id('four'), '{}', '2020-01-06 09:59:59+00') $$,
    '22023',
    format(
        'completed_at must not be before 2020-01-06 10:00:00+00, when job %s started, got 2020-01-06 09:59:59+00',
        pg_temp.id('four')
    ),
    'refuses a job that ends before it starts'
);
select throws_ok(
    $$ select perf.complete_job(pg_temp.id('four'), '{}', null) $$,
    '22023',
    'completed_at must not be null',
    'refuses no time'
);
select throws_ok(
    $$ select perf.complete_job(0) $$, 'PT404', 'there is no job 0', 'refuses an unknown job'
);
select throws_ok(
    $$ select perf.complete_job(null) $$, 'PT404', 'there is no job null', 'refuses null'
);
select ok(perf.cancel_job(pg_temp.id('three')), 'given a cancelled job');
select throws_ok(
    $$ select perf.complete_job(pg_temp.id('three'), worker_name => 'gpu-1') $$,
    'PT409',
    format('job %s is cancelled and cannot become completed', pg_temp.id('three')),
    'refuses to complete it'
);
grant execute on function pg_temp.id to public;

set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.complete_job(0) $$, 'PT404', null, 'a recorder by token finds no such job');

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.complete_job(0) $$, '42501', 'this needs the role recorder', 'an analyst may not');

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.complete_job(0) $$, '42501', null, 'a stranger may not');

set local role perf_recorder;

select throws_ok($$ select perf.complete_job(0) $$, 'PT404', null, 'perf_recorder finds no such job');

set local role perf_analyst;

select throws_ok($$ select perf.complete_job(0) $$, '42501', null, 'perf_analyst may not');

set local role anon;

select throws_ok($$ select perf.complete_job(0) $$, '42501', null, 'anon may not');

reset role;
select throws_ok(
    $$ select perf.complete_job(perf.create_job('list'), '[1]', worker_name => 'gpu-1') $$,
    '22023',
    'result must be a JSON object, got "[1]"',
    'refuses a result that is no object before the table does'
);

select * from finish();
rollback;
