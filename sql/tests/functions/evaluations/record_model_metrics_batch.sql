begin;
select plan(22);

set local datestyle = 'ISO';

set local timezone = 'UTC';

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

select is(
    perf.record_model_metrics_batch(
        '[{"model_type": " energy ", "evaluation_date": "2020-01-06T10:00:00Z",
           "machine_id": "E0000000-0000-4000-8000-000000000000",
           "model_id": "f0000000-0000-4000-8000-000000000000", "model_version": "v1",
           "r_squared": 0.75, "rmse": 2.5, "mae": 1.5, "mape": 4, "precision": 0.5, "recall": 0.25,
           "f1_score": 0.375, "sample_count": 1000, "data_completeness": 0.875,
           "metrics": {"auc": 0.9}},
          {"model_type": "anomaly", "evaluation_date": "2020-01-06T11:00:00+01:00", "rmse": null,
           "machine_id": null, "model_version": null, "metrics": null, "sample_count": 20.0},
          {"model_type": "energy", "evaluation_date": "2020-01-06T10:00:00Z",
           "machine_id": "e0000000-0000-4000-8000-000000000000",
           "model_id": "f0000000-0000-4000-8000-000000000000", "model_version": " v1 ",
           "rmse": 9}]'
    ),
    2::bigint,
    'records a batch and says how many were new: of one that comes twice the first counts'
);
select results_eq(
    $$ select m.model_type, m.machine_id, m.model_id, m.model_version, m.evaluation_date,
           m.r_squared, m.rmse, m.mae, m.mape, m.precision, m.recall, m.f1_score, m.sample_count,
           m.data_completeness, m.metrics
       from perf.model_performance_metrics as m
       order by m.model_type $$,
    $$ values
        (
            'anomaly', null::uuid, null::uuid, null, '2020-01-06 10:00+00'::timestamptz,
            null::float8, null::float8, null::float8, null::float8, null::float8, null::float8,
            null::float8, 20::bigint, null::float8, null::jsonb
        ),
        (
            'energy', 'e0000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000',
            'v1', '2020-01-06 10:00+00', 0.75, 2.5, 1.5, 4, 0.5, 0.25, 0.375, 1000, 0.875,
            '{"auc": 0.9}'
        ) $$,
    'every key is kept, and null is as none'
);
select is(
    perf.record_model_metrics_batch(
        '{"evaluations": [{"model_type": "anomaly", "evaluation_date": "2020-01-06T10:00:00Z", "mae": 1},
                         {"model_type": "anomaly", "evaluation_date": "2020-01-07T10:00:00Z", "mae": 1}]}'
    ),
    1::bigint,
    'takes an object with the array; what was recorded before is not new'
);
select is(perf.record_model_metrics_batch('[]'), 0::bigint, 'an empty batch records nothing');
select results_eq(
    $$ select m.metric, q.count
       from perf.metrics as m
       cross join lateral perf.query_metrics(
           m.metric, '2020-01-06 00:00+00', '2020-01-08 00:00+00'
       ) as q
       where m.metric in ('evaluations', 'evaluation.auc')
       order by 1 $$,
    $$ values ('evaluation.auc', 1::bigint), ('evaluations', 3) $$,
    'all can be asked for at once'
);
select throws_ok(
    'select perf.record_model_metrics_batch(null)',
    '22023',
    'evaluations must be a JSON array, got null',
    'refuses null'
);
select throws_ok(
    $$ select perf.record_model_metrics_batch('{"evaluations": [], "x": 1}') $$,
    '22023',
    'evaluations must be a JSON array, got "{\"x\": 1, \"evaluations\": []}"',
    'and an object with more than the array'
);
select throws_ok(
    $$ select perf.record_model_metrics_batch(
           '[{"model_type": "new", "rmse": 1}, {"model_type": "new", "rmse": -1}, {"rmse": "x"}]'
       ) $$,
    '22023',
    'evaluations[1]: rmse must be a number between 0 and 1e15, got "-1"',
    'names the first bad element'
);
select throws_ok(
    $$ select perf.record_model_metrics_batch('[5]') $$,
    '22023',
    'evaluations[0]: must be an object, got "5"',
    'also one that is no object'
);
select throws_ok(
    $$ select perf.record_model_metrics_batch('[{"model_type": "new", "rsme": 1}]') $$,
    '22023',
    'evaluations[0]: has an unknown key "rsme"'
        || '; known keys: model_type, evaluation_date, machine_id, model_id, model_version, r_squared, rmse, mae, mape, precision, recall, f1_score, sample_count, data_completeness, metrics',
    'and an unknown key'
);
select throws_ok(
    $$ select perf.record_model_metrics_batch(
           '[{"model_type": "new", "mae": 1}, {"model_type": "new", "metrics": {"auc": "high"}}]'
       ) $$,
    '22023',
    'evaluations[1]: "auc" of metrics must be 0 or a number between 1e-100 and 1e15 of any sign, got "high"',
    'and a further metric that is no number'
);
select is_empty(
    $$ select from perf_internal.trained_models as m where m.model_type = 'new' $$,
    'of a bad batch nothing is kept'
);

-- The limit of names of a pipeline.
insert into perf.metrics (metric, pipeline, kind, unit, meaning)
select 'evaluation.' || n, 'evaluations', 'named', 'score', 'x' from generate_series(1, 999) as n;
select throws_ok(
    $$ select perf.record_model_metrics_batch('[{"model_type": "new", "metrics": {"one": 1}}]') $$,
    'PT409',
    'a pipeline has at most 1000 named metrics, evaluations has 1000 and 1 would be new, such as "evaluation.one"',
    'refuses more names than a pipeline can have'
);

set local timezone = 'Asia/Kolkata';
create temporary table recorded_without_offset as
select perf.record_model_metrics_batch(
    '[{"model_type": "noon", "evaluation_date": "2019-11-05T12:00:00", "mae": 1}]'
);
set local timezone = 'UTC';
select is(
    (
        select m.evaluation_date
        from perf.model_performance_metrics as m
        where m.model_type = 'noon'
    ),
    '2019-11-05 12:00+00'::timestamptz,
    'a time without an offset is of UTC, whatever zone the session has'
);
set local datestyle = 'SQL, DMY';
create temporary table recorded_with_style as
select perf.record_model_metrics('styled', '2019-11-05 12:00+00', rmse => 1);
select is(
    (
        select m.evaluation_date
        from perf.model_performance_metrics as m
        where m.model_type = 'styled'
    ),
    '2019-11-05 12:00+00'::timestamptz,
    'and whatever style dates have'
);
set local datestyle = 'ISO';
set local extra_float_digits = -10;
create temporary table recorded_short as
select perf.record_model_metrics('digits', '2019-11-05 12:00+00', rmse => 0.1::float8 + 0.2);
set local extra_float_digits = 1;
select ok(
    (
        select m.rmse = 0.1::float8 + 0.2
        from perf.model_performance_metrics as m
        where m.model_type = 'digits'
    ),
    'and however many digits the session shows'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select lives_ok($$ select perf.record_model_metrics_batch('[]') $$, 'a recorder by token may');

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.record_model_metrics_batch('[]') $$,
    '42501',
    'this needs the role recorder',
    'an analyst may not'
);

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.record_model_metrics_batch('[]') $$, '42501', null, 'a stranger may not'
);

set local role perf_recorder;
select lives_ok($$ select perf.record_model_metrics_batch('[]') $$, 'perf_recorder may');

set local role perf_analyst;
select throws_ok(
    $$ select perf.record_model_metrics_batch('[]') $$, '42501', null, 'perf_analyst may not'
);

set local role anon;
select throws_ok(
    $$ select perf.record_model_metrics_batch('[]') $$, '42501', null, 'anon may not'
);

select * from finish();
rollback;
