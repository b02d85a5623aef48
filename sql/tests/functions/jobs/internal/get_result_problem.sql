begin;
select plan(32);

select is(perf_internal.get_result_problem(null), null, 'no result is fine');
select is(perf_internal.get_result_problem('{}'), null, 'so is one that says nothing');
select is(
    perf_internal.get_result_problem(
        '{"time_per_frame_ms": 0, "total_gpu_time_ms": 1e10, "total_wall_time_ms": null,
          "vram_peak_mb": 2147483647, "frame_count": 24.0, "resolution_tier": "1080p",
          "quality_scores": {"likeness": -1e10, "x y": null},
          "pipeline_stages": [{"name": "a", "duration_ms": 0}, {"name": "a"}],
          "quality_scores_json": null, "pipeline_stages_json": {"b": 1.5}, "other": [1]}'
    ),
    null,
    'every key at its limit is fine, and others are not read'
);
select is(perf_internal.get_result_problem(r.result::jsonb), r.problem, r.result)
from (
    values
        ('[]', 'result must be a JSON object, got "[]"'),
        (
            '{"time_per_frame_ms": -0.1}',
            'time_per_frame_ms must be a number between 0 and 1e10, got "-0.1"'
        ),
        (
            '{"total_gpu_time_ms": 10000000001}',
            'total_gpu_time_ms must be a number between 0 and 1e10, got "10000000001"'
        ),
        (
            '{"total_wall_time_ms": "1"}',
            E'total_wall_time_ms must be a number between 0 and 1e10, got "1"'
        ),
        (
            '{"vram_peak_mb": 2147483648}',
            'vram_peak_mb must be a number between 0 and 2147483647, got "2147483648"'
        ),
        (
            '{"frame_count": true}',
            'frame_count must be a number between 0 and 2147483647, got "true"'
        ),
        ('{"frame_count": 1.5}', 'frame_count must be a whole number, got "1.5"'),
        ('{"resolution_tier": 1080}', 'resolution_tier must be a string, got "1080"'),
        ('{"resolution_tier": ""}', 'resolution_tier must have 1 to 40 characters, got ""'),
        (
            '{"quality_scores": [1]}',
            'quality_scores must be a JSON object, got "[1]"'
        ),
        (
            '{"quality_scores": {"a": "NaN"}}',
            E'"a" of quality_scores must be 0 or a number between 1e-100 and 1e10 of any sign, got "NaN"'
        ),
        (
            '{"quality_scores_json": {"a": 1e-101}}',
            '"a" of quality_scores_json must be 0 or a number between 1e-100 and 1e10 of any sign, got "0.0000000000000000000000000000000000000000000000000000000000..." (103 characters)'
        ),
        (
            '{"quality_scores": {"": 1}}',
            'a name in quality_scores must have 1 to 100 characters, got ""'
        ),
        (
            E'{"quality_scores": {"a\\nb": 1}}',
            E'a name in quality_scores must have no control characters, got "a\\nb"'
        ),
        (
            '{"pipeline_stages": "load"}',
            E'pipeline_stages must be a JSON object or array, got "load"'
        ),
        (
            '{"pipeline_stages": [1]}',
            'pipeline_stages must hold objects such as {"name": "decode", "duration_ms": 120}, got "1"'
        ),
        (
            '{"pipeline_stages": [{"duration_ms": 1}]}',
            E'pipeline_stages must hold objects such as {"name": "decode", "duration_ms": 120}, got "{\\"duration_ms\\": 1}"'
        ),
        (
            '{"pipeline_stages": [{"name": "a", "duration_ms": -1}]}',
            '"a" of pipeline_stages must be 0 or a number between 1e-100 and 1e10, got "-1"'
        ),
        (
            '{"pipeline_stages_json": {"a": []}}',
            '"a" of pipeline_stages_json must be 0 or a number between 1e-100 and 1e10, got "[]"'
        ),
        (
            '{"pipeline_stages": [{"name": " ", "duration_ms": 1}]}',
            'a name in pipeline_stages must have 1 to 100 characters, got " "'
        )
) as r (result, problem);
select is(
    perf_internal.get_result_problem(
        jsonb_build_object(
            'quality_scores', (select jsonb_object_agg('s' || n, n) from generate_series(1, 100) as n),
            'pipeline_stages', (
                select jsonb_agg(jsonb_build_object('name', 's', 'duration_ms', n))
                from generate_series(1, 200) as n
            )
        )
    ),
    null,
    '100 scores and 200 stages are fine'
);
select is(
    perf_internal.get_result_problem(
        jsonb_build_object(
            'quality_scores', (select jsonb_object_agg(chr(n), 0) from generate_series(48, 57) as n)
                || (select jsonb_object_agg('s' || n, n) from generate_series(1, 91) as n)
        )
    ),
    'quality_scores must have at most 100 names, got 101',
    '101 scores are too many'
);
select is(
    perf_internal.get_result_problem(
        jsonb_build_object(
            'pipeline_stages', (
                select jsonb_agg(jsonb_build_object('name', 's', 'duration_ms', n))
                from generate_series(1, 201) as n
            )
        )
    ),
    'pipeline_stages must have at most 200 stages, got 201',
    '201 stages are too many'
);
select matches(
    perf_internal.get_result_problem('{"total_gpu_time_ms": 1e131071}'),
    '^total_gpu_time_ms must be a number between 0 and 1e10, got "1000*\.\.\." \(131072 characters\)$',
    'a number that is small as JSON and huge as text is cut in the message'
);
select is(
    perf_internal.get_result_problem('{"total_gpu_time_ms": 1e-16383}'),
    null,
    'a time may be small'
);
select is(
    perf_internal.get_result_problem(
        jsonb_build_object('x', (select jsonb_agg(1e131071) from generate_series(1, 100)))
    ),
    'result must hold no number of more than 400 digits',
    'no other key may hold many of them'
);
select is(
    perf_internal.get_result_problem(
        jsonb_build_object('x', (select jsonb_agg(n) from generate_series(1, 200000) as n))
    ),
    'result must be at most 1 MB, got 3086 kB',
    'a result has at most 1 MB'
);
select is(
    perf_internal.get_result_problem('{"quality_scores": {"a": -1e-100, "b": 0}}'),
    null,
    'a score may be small'
);
select is(
    perf_internal.get_result_problem('{"quality_scores": {}, "pipeline_stages": []}'),
    null,
    'nothing to measure is fine'
);

select * from finish();
rollback;
