begin;
select plan(29);

-- Messages show times as the session does.
set local datestyle = 'ISO';

set local timezone = 'UTC';

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

select ok(
    perf.record_job_metrics(
        ' upscale ', ' gpu-1 ', ' a-1 ', 250.5, 5900.4, 6100, 8000, 24, '{"likeness": 0.92}',
        '{"decode": 12.5}', '1080p', 'wan', '{"steps": 20}', 'film', 'Ada', 'opening',
        '2020-01-06 10:00+00', '2020-01-06 10:00:06+00'
    ),
    'records a job'
);
select results_eq(
    $$ select f.name, w.name, j.external_id, j.status, j.model_type::text, j.parameters, p.name,
           c.name, s.name, j.started_at, j.completed_at
       from perf.jobs as j
       join perf.workflows as f on f.id = j.workflow_id
       join perf.workers as w on w.id = j.worker_id
       join perf.projects as p on p.id = j.project_id
       join perf.characters as c on c.id = j.character_id and c.project_id = p.id
       join perf.scenes as s on s.id = j.scene_id and s.project_id = p.id $$,
    $$ values (
        'upscale', 'gpu-1', 'a-1', 'completed', 'wan', '{"steps": 20}'::jsonb, 'film', 'Ada',
        'opening', '2020-01-06 10:00+00'::timestamptz, '2020-01-06 10:00:06+00'::timestamptz
    ) $$,
    'which is a completed job, with what it names'
);
select results_eq(
    $$ select m.job_id, m.project_id, m.character_id, m.scene_id, m.created_at,
           m.time_per_frame_ms, m.total_gpu_time_ms, m.total_wall_time_ms, m.vram_peak_mb,
           m.frame_count, m.failed, m.resolution_tier, m.model_type::text, m.error_type,
           m.quality_scores_json, m.pipeline_stages_json
       from perf.performance_metrics as m $$,
    $$ select j.id, j.project_id, j.character_id, j.scene_id,
           '2020-01-06 10:00:06+00'::timestamptz, 250.5::real, 5900::bigint, 6100::bigint, 8000,
           24, false, '1080p', 'wan', null::text, '{"likeness": 0.92}'::jsonb,
           '[{"name": "decode", "duration_ms": 12.5}]'::jsonb
       from perf.jobs as j $$,
    'and was measured'
);
select results_eq(
    $$ select f.name, w.name, k.resolution_tier, k.model_type::text
       from perf.performance_metrics as m
       join perf_internal.job_kinds as k on k.id = m.series_id
       join perf.workflows as f on f.id = k.workflow_id
       join perf.workers as w on w.id = k.worker_id $$,
    $$ values ('upscale', 'gpu-1', '1080p', 'wan') $$,
    'its series has workflow, worker, tier and model type'
);
select ok(
    not perf.record_job_metrics('upscale', 'gpu-1', 'a-1', 1),
    'a retry is false, whatever else it says'
);
select is((select count(*) from perf.performance_metrics), 1::bigint, 'and records nothing');
select ok(perf.record_job_metrics('upscale', 'gpu-1'), 'without an external_id');
select ok(perf.record_job_metrics('upscale', 'gpu-1'), 'equal jobs are all new');
select is(
    (select count(*) from perf.performance_metrics as m where m.created_at = now()),
    2::bigint,
    'the time of a job is now'
);
select is((select count(*) from perf_internal.job_kinds), 2::bigint, 'and share their series');
select ok(
    perf.record_job_metrics('upscale', external_id => 'a-2', error_type => ' timeout '),
    'a job with an error needs no worker'
);
select results_eq(
    $$ select j.status, m.failed, m.error_type, m.worker_id
       from perf.jobs as j
       join perf.performance_metrics as m on m.job_id = j.id
       where j.external_id = 'a-2' $$,
    $$ values ('failed', true, 'timeout', null::bigint) $$,
    'and failed'
);
select ok(
    perf.record_job_metrics('upscale', 'gpu-1', 'a-3', success => true, error_type => 'slow'),
    'success alone says whether it failed'
);
select is(
    (select j.status from perf.jobs as j where j.external_id = 'a-3'), 'completed', 'if given'
);
create temporary table made as
select perf.create_job('upscale', 'wan', parameters => '{"steps": 9}', external_id => 'a-4') as id;
select ok(
    perf.record_job_metrics('upscale', 'gpu-1', 'a-4', completed_at => '2020-01-06 11:00+00'),
    'a job that was created before with the external_id is finished'
);
select results_eq(
    $$ select j.id, j.status, j.model_type::text, j.parameters, count(m.job_id)
       from perf.jobs as j
       join perf.performance_metrics as m on m.job_id = j.id
       where j.external_id = 'a-4'
       group by 1 $$,
    $$ select m.id, 'completed', 'wan', '{"steps": 9}'::jsonb, 1::bigint from made as m $$,
    'and keeps what was known of it'
);
create temporary table other as select perf.create_job('upscale') as id;
select ok(
    perf.record_job_metrics('upscale', 'gpu-1', job_id => (select o.id from other as o)),
    'or the one with the job_id'
);
select ok(
    not perf.record_job_metrics('upscale', 'gpu-1', job_id => (select o.id from other as o)),
    'a retry is false'
);
select throws_ok(
    $$ select perf.record_job_metrics('upscale', 'gpu-1', job_id => 0) $$,
    'PT404',
    'there is no job 0',
    'refuses an unknown job_id'
);
update perf.workflows set retired_at = '2020-01-06';
select ok(perf.record_job_metrics('upscale', 'gpu-1'), 'jobs of a retired workflow may be late');
select throws_ok(
    $$ select perf.record_job_metrics('upscale', 'gpu-1', total_gpu_time_ms => 'NaN') $$,
    '22023',
    E'total_gpu_time_ms must be a number between 0 and 1e10, got "NaN"',
    'refuses what is no number'
);
select throws_ok(
    $$ select perf.record_job_metrics('upscale') $$,
    '22023',
    'worker_name must be given for a job that succeeded',
    'refuses no worker'
);
select throws_ok(
    $$ select perf.record_job_metrics('upscale', 'gpu-1', completed_at => '1969-12-31 23:59+00') $$,
    '22023',
    'completed_at must be between 1970 and tomorrow, got 1969-12-31 23:59:00+00',
    'refuses a time before 1970'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select lives_ok($$ select perf.record_job_metrics('upscale', 'gpu-1') $$, 'a recorder by token may');

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.record_job_metrics('upscale', 'gpu-1') $$, '42501', 'this needs the role recorder', 'an analyst may not');

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.record_job_metrics('upscale', 'gpu-1') $$, '42501', null, 'a stranger may not');

set local role perf_recorder;

select lives_ok($$ select perf.record_job_metrics('upscale', 'gpu-1') $$, 'perf_recorder may');

set local role perf_analyst;

select throws_ok($$ select perf.record_job_metrics('upscale', 'gpu-1') $$, '42501', null, 'perf_analyst may not');

set local role anon;

select throws_ok($$ select perf.record_job_metrics('upscale', 'gpu-1') $$, '42501', null, 'anon may not');

select * from finish();
rollback;
