begin;
select plan(20);

-- Messages show times as the session does.
set local datestyle = 'ISO';

set local timezone = 'UTC';

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

select is(
    perf.record_job_metrics_batch(
        '[{"workflow_name": "upscale", "worker_name": "gpu-1", "external_id": "a-1",
           "time_per_frame_ms": 250.5, "total_gpu_time_ms": 5900, "total_wall_time_ms": 6100,
           "vram_peak_mb": 8000, "frame_count": 24, "quality_scores": {"likeness": 0.92},
           "pipeline_stages": [{"name": "decode", "duration_ms": 12.5}],
           "resolution_tier": "1080p", "model_type": "wan", "parameters": {"steps": 20},
           "project_name": "film", "character_name": "Ada", "scene_name": "opening",
           "started_at": "2020-01-06T10:00:00Z", "completed_at": "2020-01-06T10:00:06Z",
           "success": true, "error_type": null},
          {"workflow_name": "denoise", "worker_name": "gpu-2",
           "completed_at": "2020-01-06T10:00:05Z", "error_type": "timeout"},
          {"workflow_name": "upscale", "worker_name": "gpu-1", "external_id": "a-1",
           "time_per_frame_ms": 1, "completed_at": "2020-01-06T10:00:07Z"}]'
    ),
    2::bigint,
    'records a batch and says how many were new: an external_id that comes twice is one job'
);
select results_eq(
    $$ select f.name, w.name, m.time_per_frame_ms, m.total_gpu_time_ms, m.total_wall_time_ms,
           m.vram_peak_mb, m.frame_count, m.failed, m.resolution_tier, m.model_type::text,
           m.error_type, m.quality_scores_json, m.pipeline_stages_json, p.name, c.name, s.name,
           j.parameters
       from perf.performance_metrics as m
       join perf.jobs as j on j.id = m.job_id
       join perf.workflows as f on f.id = m.workflow_id
       join perf.workers as w on w.id = m.worker_id
       left join perf.projects as p on p.id = m.project_id
       left join perf.characters as c on c.id = m.character_id
       left join perf.scenes as s on s.id = m.scene_id
       order by m.created_at $$,
    $$ values
        (
            'denoise', 'gpu-2', null::real, null::bigint, null::bigint, null::integer,
            null::integer, true, null, null, 'timeout', null::jsonb, null::jsonb, null, null,
            null, '{}'::jsonb
        ),
        (
            'upscale', 'gpu-1', 250.5, 5900, 6100, 8000, 24, false, '1080p', 'wan', null,
            '{"likeness": 0.92}', '[{"name": "decode", "duration_ms": 12.5}]', 'film', 'Ada',
            'opening', '{"steps": 20}'
        ) $$,
    'every key is kept'
);
select is(
    perf.record_job_metrics_batch(
        '{"jobs": [{"workflow_name": "upscale", "worker_name": "gpu-1", "external_id": "a-1"},
                   {"workflow_name": "upscale", "worker_name": "gpu-1"},
                   {"workflow_name": "upscale", "worker_name": "gpu-1"}]}'
    ),
    2::bigint,
    'takes an object with the array; a known external_id is not new, and none is always new'
);
select is(perf.record_job_metrics_batch('[]'), 0::bigint, 'an empty batch records nothing');
select is((select count(*) from perf.performance_metrics), 4::bigint, 'so there are four');
create temporary table made as select perf.create_job('upscale') as id;
select is(
    perf.record_job_metrics_batch(
        jsonb_build_array(
            jsonb_build_object(
                'workflow_name', 'upscale', 'worker_name', 'gpu-1', 'job_id',
                (select m.id from made as m)
            )
        )
    ),
    1::bigint,
    'finishes a job of a job_id'
);
select throws_ok(
    'select perf.record_job_metrics_batch(null)',
    '22023',
    'jobs must be a JSON array, got null',
    'refuses null'
);
select throws_ok(
    $$ select perf.record_job_metrics_batch(
           '[{"workflow_name": "new", "worker_name": "new"},
             {"workflow_name": "new", "worker_name": "new", "frame_count": -1}]'
       ) $$,
    '22023',
    'jobs[1]: frame_count must be a number between 0 and 2147483647, got "-1"',
    'names the first bad element'
);
select throws_ok(
    $$ select perf.record_job_metrics_batch('[{"workflow_name": "new", "extra": 1}]') $$,
    '22023',
    'jobs[0]: has an unknown key "extra"'
        || '; known keys: workflow_name, worker_name, external_id, resolution_tier, model_type, project_name, character_name, scene_name, time_per_frame_ms, total_gpu_time_ms, total_wall_time_ms, vram_peak_mb, frame_count, quality_scores, pipeline_stages, parameters, started_at, completed_at, success, error_type, job_id',
    'and an unknown key'
);
select throws_ok(
    $$ select perf.record_job_metrics_batch(
           '[{"workflow_name": "new", "worker_name": "new"},
             {"workflow_name": "new", "worker_name": "new", "job_id": 0.5}]'
       ) $$,
    '22023',
    'jobs[1]: job_id must be the id of a job, got "0.5"',
    'and what is no id'
);
select throws_ok(
    $$ select perf.record_job_metrics_batch(
           '[{"workflow_name": "new", "worker_name": "new"},
             {"workflow_name": "new", "worker_name": "new", "job_id": 9223372036854775807}]'
       ) $$,
    'PT404',
    'jobs[1]: there is no job 9223372036854775807',
    'and an unknown job'
);
select throws_ok(
    $$ select perf.record_job_metrics_batch(
           '[{"workflow_name": "new", "worker_name": "new", "external_id": "twice"},
             {"workflow_name": "new", "worker_name": "new", "external_id": "twice"},
             {"workflow_name": "new", "worker_name": "new", "job_id": 9223372036854775807}]'
       ) $$,
    'PT404',
    'jobs[2]: there is no job 9223372036854775807',
    'counting also what comes twice'
);
select is_empty(
    $$ select from perf.workflows as f where f.name = 'new' $$, 'of a bad batch nothing is kept'
);

set local timezone = 'Asia/Kolkata';
create temporary table recorded_without_offset as
select perf.record_job_metrics_batch(
    '[{"workflow_name": "noon", "worker_name": "gpu-1", "completed_at": "2019-11-05T12:00:00"}]'
);
set local timezone = 'UTC';
select is(
    (
        select j.completed_at
        from perf.jobs as j
        join perf.workflows as f on f.id = j.workflow_id
        where f.name = 'noon'
    ),
    '2019-11-05 12:00+00'::timestamptz,
    'a time without an offset is of UTC, whatever zone the session has'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select lives_ok($$ select perf.record_job_metrics_batch('[]') $$, 'a recorder by token may');

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.record_job_metrics_batch('[]') $$, '42501', 'this needs the role recorder', 'an analyst may not');

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.record_job_metrics_batch('[]') $$, '42501', null, 'a stranger may not');

set local role perf_recorder;

select lives_ok($$ select perf.record_job_metrics_batch('[]') $$, 'perf_recorder may');

set local role perf_analyst;

select throws_ok($$ select perf.record_job_metrics_batch('[]') $$, '42501', null, 'perf_analyst may not');

set local role anon;

select throws_ok($$ select perf.record_job_metrics_batch('[]') $$, '42501', null, 'anon may not');

select * from finish();
rollback;
