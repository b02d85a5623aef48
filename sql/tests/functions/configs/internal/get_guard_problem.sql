begin;
select plan(9);

select is(
    perf_internal.get_guard_problem('{"metric": "error_rate", "worse_than": 0.05, "within": "1 hour", "min_calls": 1}'),
    null,
    'a limit is fine'
);

select is(
    perf_internal.get_guard_problem('{"metric": "p95_response_time", "worse_than": "12.5%", "within": "7 days"}'),
    null,
    'a percentage is fine, and min_calls may be left out'
);

select perf_internal.add_named_metrics('jobs', '{quality.noise}');

select is_empty(
    $$ select c.metric, c.worse_than, p.problem
       from (values
           ('failure_rate', '0.999999'::jsonb),
           ('p95_time_per_frame_ms', '"20%"'),
           ('quality_rating', '"20%"'),
           ('quality.noise', '-3')
       ) as c (metric, worse_than)
       cross join lateral perf_internal.get_guard_problem(
           jsonb_build_object('metric', c.metric, 'worse_than', c.worse_than, 'within', '1 hour')
       ) as p (problem)
       where p.problem is not null $$,
    'what jobs measure can be watched, and a score may have a limit below 0'
);

select results_eq(
    $$ select perf_internal.get_guard_problem(
           jsonb_build_object('metric', c.metric, 'worse_than', c.worse_than, 'within', '1 hour')
       ) ~ 'worse_than'
       from (values
           ('failure_rate', '1'::jsonb),
           ('p95_time_per_frame_ms', '-1'),
           ('quality.noise', '"-3%"')
       ) as c (metric, worse_than) $$,
    'values (true), (true), (true)',
    'refuses a limit that a metric cannot have'
);

select is(
    perf_internal.get_guard_problem('{"metric": "quality.nobody", "worse_than": 1, "within": "1 hour"}'),
    'guard: metric must be one of p50_response_time, p95_response_time, p99_response_time, '
        || 'p50_first_token_ms, p95_first_token_ms, p99_first_token_ms, error_rate, '
        || 'avg_input_tokens, avg_output_tokens, p50_time_per_frame_ms, p95_time_per_frame_ms, '
        || 'p50_wall_time_ms, p95_wall_time_ms, failure_rate, avg_gpu_time_ms, avg_vram_peak_mb, '
        || 'quality_rating, or quality. and the name of a score, got "quality.nobody"',
    'refuses a score that no job has brought'
);

select is(perf_internal.get_guard_problem(null), null, 'no guard is fine');

select results_eq(
    $$ select perf_internal.get_guard_problem(
           '{"metric": "error_rate", "worse_than": 0.05, "within": "1 hour"}'::jsonb || c.change
       ) ~ c.problem
       from (values
           (1, '{"when": 1}'::jsonb, 'no key "when"'),
           (2, '{"metric": "speed"}', 'metric must be one of .*, got "speed"'),
           (3, '{"metric": null}', 'metric must be one of .*, got null'),
           (4, '{"worse_than": 1}', 'worse_than must be .*, got "1"'),
           (5, '{"worse_than": -0.1}', 'worse_than'),
           (6, '{"worse_than": "20"}', 'worse_than'),
           (7, '{"worse_than": "-20%"}', 'worse_than'),
           (8, '{"worse_than": null}', 'worse_than must be .*, got null'),
           (9, '{"within": "soon"}', 'within must be .*, got "soon"'),
           (10, '{"within": "8 days"}', 'within'),
           (11, '{"within": "30 seconds"}', 'within'),
           (12, '{"within": 60}', 'within'),
           (13, '{"min_calls": 0}', 'min_calls'),
           (14, '{"min_calls": 1.5}', 'min_calls'),
           (15, '{"min_calls": "many"}', 'min_calls'),
           (16, '{"min_calls": null}', 'min_calls')
       ) as c (position, change, problem)
       order by c.position $$,
    'select true from generate_series(1, 16)',
    'names what is wrong'
);

select is(
    perf_internal.get_guard_problem('[]'), 'guard must be an object, got array',
    'refuses an array'
);

select is(
    perf_internal.get_guard_problem('null'), 'guard must be an object, got null',
    'refuses a JSON null'
);

select * from finish();
rollback;
