begin;
select plan(15);

create function pg_temp.problem(given jsonb) returns text language sql as $$
    select perf_internal.get_report_problem(
        jsonb_populate_record(
            null::perf_internal.job_report,
            '{"workflow_name": "w", "worker_name": "g"}'::jsonb || given
        )
    );
$$;

select is(pg_temp.problem('{}'), null, 'a workflow and a worker are enough');
select is(
    pg_temp.problem(
        '{"workflow_name": " Überblendung 2 ", "external_id": "a/1", "resolution_tier": "1080p",
          "model_type": "wan", "project_name": "日本", "character_name": "A", "scene_name": "S",
          "parameters": {}, "error_type": "out of memory", "started_at": "2020-01-06",
          "completed_at": "2020-01-06", "success": false, "result": {"frame_count": 1}}'
    ),
    null,
    'so is all of it'
);
select is(
    pg_temp.problem('{"worker_name": null, "success": false}'),
    null,
    'a job that failed needs no worker'
);
select is(
    pg_temp.problem('{"worker_name": null, "error_type": "timeout"}'),
    null,
    'nor one with an error'
);
select is(
    pg_temp.problem('{"worker_name": null, "error_type": "none"}'),
    'worker_name must be given for a job that succeeded',
    'but one without'
);
select is(
    pg_temp.problem('{"worker_name": null, "job_id": 1}'),
    null,
    'a job that was created may have its worker'
);
select is(
    pg_temp.problem('{"job_id": 1, "external_id": "a"}'),
    'external_id must not be given with a job_id, got "a"',
    'one id is enough'
);
select is(
    pg_temp.problem('{"workflow_name": null}'),
    'workflow_name must have 1 to 200 characters, got null',
    'a workflow is needed'
);
select is(
    pg_temp.problem('{"resolution_tier": ""}'),
    'resolution_tier must have 1 to 40 characters, got ""',
    'no name is empty'
);
select is(
    pg_temp.problem(jsonb_build_object('model_type', repeat('x', 21))),
    'model_type must have 1 to 20 characters, got "xxxxxxxxxxxxxxxxxxxxx"',
    'or too long'
);
select is(
    pg_temp.problem(E'{"error_type": "a\\tb"}'),
    E'error_type must have no control characters, got "a\\tb"',
    'or has control characters'
);
select is(
    pg_temp.problem('{"parameters": []}'),
    'parameters must be a JSON object, got "[]"',
    'parameters are an object'
);
select is(
    pg_temp.problem(
        jsonb_build_object(
            'parameters',
            jsonb_build_object('x', (select jsonb_agg(n) from generate_series(1, 10000) as n))
        )
    ),
    'parameters must be at most 64 KB, got 117 kB',
    'of at most 64 KB'
);
select is(
    pg_temp.problem(
        jsonb_build_object(
            'parameters',
            jsonb_build_object('x', (select jsonb_agg(1e131071) from generate_series(1, 100)))
        )
    ),
    'parameters must hold no number of more than 400 digits',
    'whose text is not much longer'
);
select is(
    pg_temp.problem('{"started_at": "infinity", "result": {"frame_count": -1}}'),
    'started_at must be between 1970 and completed_at, got infinity',
    'then the times are looked at, and not the result'
);

select * from finish();
rollback;
