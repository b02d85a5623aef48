begin;
select plan(33);

set local datestyle = 'ISO';

set local timezone = 'UTC';

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

select ok(
    perf.record_model_metrics(
        ' energy ', '2020-01-06 10:00+00', 'e0000000-0000-4000-8000-000000000000',
        'f0000000-0000-4000-8000-000000000000', ' v1 ', 0.75, 2.5, 1.5, 4, 0.5, 0.25, 0.375,
        1000, 0.875, '{"auc": 0.9, "bias": -3}'
    ),
    'records an evaluation'
);
select results_eq(
    $$ select m.model_type, m.machine_id, m.model_id, m.model_version, m.evaluation_date,
           m.r_squared, m.rmse, m.mae, m.mape, m.precision, m.recall, m.f1_score, m.sample_count,
           m.data_completeness, m.metrics, m.drift_detected
       from perf.model_performance_metrics as m $$,
    $$ values (
        'energy', 'e0000000-0000-4000-8000-000000000000'::uuid,
        'f0000000-0000-4000-8000-000000000000'::uuid, 'v1', '2020-01-06 10:00+00'::timestamptz,
        0.75::float8, 2.5::float8, 1.5::float8, 4::float8, 0.5::float8, 0.25::float8, 0.375::float8,
        1000::bigint, 0.875::float8, '{"auc": 0.9, "bias": -3}'::jsonb, null::boolean
    ) $$,
    'every argument is kept, names without the spaces around them'
);
select is(
    perf.record_model_metrics(
        'energy', '2020-01-06 10:00+00', 'e0000000-0000-4000-8000-000000000000',
        'f0000000-0000-4000-8000-000000000000', 'v1', rmse => 9
    ),
    false,
    'a retry with the same time, model and version was recorded before'
);
select is((select sum(m.rmse) from perf.model_performance_metrics as m), 2.5::float8, 'and changes nothing');
select ok(
    perf.record_model_metrics(
        'energy', '2020-01-06 10:00+00', 'e0000000-0000-4000-8000-000000000000',
        'f0000000-0000-4000-8000-000000000000', 'v2', rmse => 4
    ),
    'another version at the same time is another evaluation'
);
select ok(
    perf.record_model_metrics(
        'energy', '2020-01-06 10:00+00', 'e0000000-0000-4000-8000-000000000000', null, 'v1',
        mae => 4
    ),
    'so is one of no model_id'
);
select ok(
    perf.record_model_metrics('energy', '2020-01-06 10:00+00', mae => 4), 'and one for no machine'
);
select is(
    perf.record_model_metrics('energy', '2020-01-06 10:00+00', rmse => 1),
    false,
    'a retry is known without model_id and version too'
);
select ok(
    perf.record_model_metrics('energy', evaluation_date => null, "precision" => 1),
    'all but the type may be null'
);
select is(
    (select m.evaluation_date from perf.model_performance_metrics as m where m.precision = 1),
    now(),
    'without a time it is now'
);
select is(
    (select count(*) from perf_internal.trained_models), 2::bigint, 'two models were added'
);
select results_eq(
    $$ select q.count, q.total
       from perf.query_metrics(
           'rmse', '2020-01-06 00:00+00', '2020-01-07 00:00+00',
           '{"model_type": "energy", "machine_id": "e0000000-0000-4000-8000-000000000000"}'
       ) as q $$,
    $$ values (2::bigint, 6.5::float8) $$,
    'it can be asked for right after'
);
select results_eq(
    $$ select q.count, q.total, m.better
       from perf.metrics as m
       cross join lateral perf.query_metrics(
           m.metric, '2020-01-06 00:00+00', '2020-01-07 00:00+00'
       ) as q
       where m.metric = 'evaluation.bias' $$,
    $$ values (1::bigint, -3::float8, null) $$,
    'a further metric too, of which nobody knows which values are better'
);
select lives_ok(
    $$ select perf.set_metric('evaluation.bias', better => 'lower', unit => 'kW') $$,
    'until an admin says so'
);
select ok(
    perf.record_model_metrics('x', '1970-01-01 00:00+00', rmse => 4), 'the first time is in 1970'
);
select ok(
    perf.record_model_metrics('x', now() + interval '1 day', rmse => 4), 'and the last is tomorrow'
);
select ok(
    perf.record_model_metrics(
        'x', '2020-01-01 00:00+00', r_squared => 1, rmse => 1e15, sample_count => 0
    ),
    'limits are in the range'
);

select throws_ok(
    'select perf.record_model_metrics(null)',
    '22023',
    'model_type must have 1 to 200 characters, got null',
    'refuses null as a type'
);
select throws_ok(
    $$ select perf.record_model_metrics('x', '1969-12-31 23:59:59+00') $$,
    '22023',
    'evaluation_date must be between 1970 and tomorrow, got 1969-12-31 23:59:59+00',
    'and a time before 1970'
);
select throws_ok(
    $$ select perf.record_model_metrics('x', now() + interval '86400.000001 s') $$,
    '22023',
    null,
    'and one after tomorrow'
);
select throws_ok(
    $$ select perf.record_model_metrics('x', 'infinity') $$,
    '22023',
    'evaluation_date must be a time as in ISO 8601, such as "2026-11-20T10:00:00Z", got "infinity"',
    'and no time'
);
select throws_ok(
    $$ select perf.record_model_metrics('x', rmse => 'NaN') $$,
    '22023',
    'rmse must be a number between 0 and 1e15, got "NaN"',
    'and what is no number'
);
select throws_ok(
    $$ select perf.record_model_metrics('x', r_squared => 1.5) $$,
    '22023',
    'r_squared must be a number between -1e15 and 1, got "1.5"',
    'and what is out of bounds'
);
select throws_ok(
    $$ select perf.record_model_metrics('x', sample_count => -1) $$,
    '22023',
    'sample_count must be a whole number of at least 0, got "-1"',
    'and fewer than no cases'
);
select throws_ok(
    $$ select perf.record_model_metrics('x', '2020-01-01 00:00+00', model_version => 'v1') $$,
    '22023',
    'an evaluation must have a metric such as rmse, a name in metrics, sample_count or data_completeness, got none',
    'and an evaluation without any metric'
);
select throws_ok(
    $$ select perf.record_model_metrics('x', metrics => '{"rmse": 1}') $$,
    '22023',
    'metrics must not hold "rmse", which is an argument of its own',
    'and a metric in two places'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select lives_ok(
    $$ select perf.record_model_metrics('energy', rmse => 4) $$, 'a recorder by token may'
);

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.record_model_metrics('energy') $$,
    '42501',
    'this needs the role recorder',
    'an analyst may not'
);

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.record_model_metrics('energy') $$, '42501', null, 'a stranger may not'
);

set local role perf_recorder;
select lives_ok(
    $$ select perf.record_model_metrics('energy', '2020-01-07 00:00+00', rmse => 4) $$,
    'perf_recorder may'
);

set local role perf_analyst;
select throws_ok(
    $$ select perf.record_model_metrics('energy') $$, '42501', null, 'perf_analyst may not'
);

set local role anon;
select throws_ok(
    $$ select perf.record_model_metrics('energy') $$, '42501', null, 'anon may not'
);

reset role;
-- The schema's owner could still write past the function: constraints refuse the same.
select throws_ok(
    $$ insert into perf.model_performance_metrics (series_id, model_type, rmse)
       select m.id, 'energy', -1 from perf_internal.trained_models as m limit 1 $$,
    '23514',
    null,
    'a plain insert is refused the same'
);

select * from finish();
rollback;
