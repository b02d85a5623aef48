begin;
select plan(19);

create function pg_temp.measure(scores jsonb, stages jsonb)
returns text
language sql
as $$
    select string_agg(m.name || ' ' || m.value, ', ' order by m.name collate "C")
    from unnest(perf_internal.get_job_measures(measure.scores, measure.stages)) as m
$$;

select is(
    pg_temp.measure(
        '{"likeness": 0.75, "motion": 0.25}',
        '[{"name": "load", "duration_ms": 1200}, {"name": "sample", "duration_ms": 300.5}]'
    ),
    'quality.likeness 0.75, quality.motion 0.25, quality_rating 0.5, stage.load 1200, '
        'stage.sample 300.5',
    'gives every score, their mean and every stage'
);
select is(
    pg_temp.measure('{"likeness": 0.75, "rating": 4}', null),
    'quality.likeness 0.75, quality.rating 4, quality_rating 4',
    'the rating is the score of that name'
);
select is(
    pg_temp.measure('{"likeness": 0.75, "rating": "4"}', null),
    'quality.likeness 0.75, quality_rating 0.75',
    'unless it is not a number'
);
select is(
    pg_temp.measure(
        null,
        '[{"name": "a", "duration_ms": 1}, {"name": "b", "duration_ms": 2},
            {"name": "a", "duration_ms": 10}]'
    ),
    'stage.a 11, stage.b 2',
    'durations of equal names add up'
);
select is(
    pg_temp.measure('{"a": 0}', '[{"name": "b", "duration_ms": 0}]'),
    'quality.a 0, quality_rating 0, stage.b 0',
    'zeros count'
);

select is(
    perf_internal.get_job_measures(null, null),
    '{}'::perf_internal.measure[],
    'of nothing there is nothing'
);
select is(pg_temp.measure('{}', '[]'), null, 'nor of what is empty');
select is(
    pg_temp.measure('[{"a": 1}]', '{"name": "a", "duration_ms": 1}'),
    null,
    'nor of an array of scores and an object of stages'
);
select is(pg_temp.measure('null', '"a"'), null, 'nor of what is neither');

select is(
    pg_temp.measure('{"a": "1", "b": null, "c": true, "d": [1], "e": {"f": 1}, "g": 1}', null),
    'quality.g 1, quality_rating 1',
    'skips scores that are not numbers'
);
select is(
    pg_temp.measure(
        null,
        '[5, null, "a", [], [{"name": "a", "duration_ms": 1}], {}, {"name": "a"},
            {"duration_ms": 1}, {"name": 5, "duration_ms": 1}, {"name": ["a"], "duration_ms": 1},
            {"name": "a", "duration_ms": "1"}, {"name": "a", "duration_ms": [1]},
            {"name": "a", "duration_ms": null}, {"name": "b", "duration_ms": 1}]'
    ),
    'stage.b 1',
    'and stages without a name or a duration'
);
select is(
    pg_temp.measure(
        '{"a": 10000000000, "b": 10000000000.1, "c": 1e400, "d": -10000000000, "e": -10000000000.1}',
        null
    ),
    'quality.a 10000000000, quality.d -10000000000, quality_rating 0',
    'a score from -1e10 to 1e10 counts'
);
select is(
    pg_temp.measure('{"a": 1e-100, "b": 9e-101, "c": 1e-400, "d": -9e-101}', null),
    'quality.a 1e-100, quality_rating 1e-100',
    'so does one from 1e-100, whose square a double precision can hold'
);
select is(
    pg_temp.measure(
        null,
        '[{"name": "a", "duration_ms": 10000000000}, {"name": "b", "duration_ms": 10000000001},
            {"name": "c", "duration_ms": -1}, {"name": "d", "duration_ms": 1e400},
            {"name": "e", "duration_ms": 1e-400}]'
    ),
    'stage.a 10000000000',
    'durations have the same bounds and are not negative'
);
select is(
    pg_temp.measure('{"": 1, " ": 1, " a": 1, "a ": 1, "a\u0001": 1, "a\n": 1, "a b": 1}', null),
    'quality.a b 1, quality_rating 1',
    'skips names that are blank or have control characters or spaces around them'
);
select is(
    pg_temp.measure(
        null,
        '[{"name": "", "duration_ms": 1}, {"name": " a", "duration_ms": 1},
            {"name": "a\t", "duration_ms": 1}, {"name": "\u00e4", "duration_ms": 1}]'
    ),
    'stage.ä 1',
    'of stages too'
);
select is(
    pg_temp.measure(
        jsonb_build_object(repeat('x', 100), 1, repeat('y', 101), 2),
        jsonb_build_array(
            jsonb_build_object('name', repeat('x', 100), 'duration_ms', 1),
            jsonb_build_object('name', repeat('y', 101), 'duration_ms', 2)
        )
    ),
    format('quality.%1$s 1, quality_rating 1, stage.%1$s 1', repeat('x', 100)),
    'a name has up to 100 characters'
);

-- The pipeline counts them.
insert into perf.workflows (name) values ('upscale');
insert into perf_internal.job_kinds (workflow_id) select w.id from perf.workflows as w;
insert into perf.performance_metrics (
    series_id, created_at, job_id, workflow_id, failed, quality_scores_json, pipeline_stages_json
)
select k.id, '2020-01-06 10:00+00', j.job_id, k.workflow_id, j.failed, j.scores, j.stages
from perf_internal.job_kinds as k
cross join (
    values
        (1, false, '{"likeness": 0.5}'::jsonb, '[{"name": "load", "duration_ms": 100}]'::jsonb),
        (2, true, '{"likeness": 0.25, "motion": 1}', '[{"name": "load", "duration_ms": 300}]')
) as j (job_id, failed, scores, stages);

select results_eq(
    $$ select m.metric, m.unit, m.better, q.count, q.total
       from perf.metrics as m
       cross join lateral perf.query_metrics(
           m.metric, '2020-01-06 00:00+00', '2020-01-07 00:00+00'
       ) as q
       where m.pipeline = 'jobs'
           and m.metric ~ 'quality|stage'
       order by m.metric collate "C" $$,
    $$ values
        ('failed_quality.likeness', 'score', 'higher', 1::bigint, 0.25::float8),
        ('failed_quality.motion', 'score', 'higher', 1, 1),
        ('failed_quality_rating', 'score', 'higher', 1, 0.625),
        ('failed_stage.load', 'ms', 'lower', 1, 300),
        ('quality.likeness', 'score', 'higher', 2, 0.75),
        ('quality.motion', 'score', 'higher', 1, 1),
        ('quality_rating', 'score', 'higher', 2, 1.125),
        ('stage.load', 'ms', 'lower', 2, 400),
        ('successful_quality.likeness', 'score', 'higher', 1, 0.5),
        ('successful_quality_rating', 'score', 'higher', 1, 0.5),
        ('successful_stage.load', 'ms', 'lower', 1, 100) $$,
    'the metrics of jobs are named so, failed and successful ones too'
);

set local role anon;
select throws_ok(
    $$ select perf_internal.get_job_measures(null, null) $$, '42501', null, 'anon may not call it'
);

select * from finish();
rollback;
