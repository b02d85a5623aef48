begin;
select plan(25);

insert into perf.model_training_history (
    id, model_type, trigger_type, training_status, training_start, claimed_by, lease_id,
    lease_expires_at, attempt_count
)
values (
    '10000000-0000-4000-8000-000000000000', 'sdxl', 'manual', 'running', '2020-01-06 10:00+00', 't-1',
    'f0000000-0000-4000-8000-000000000000', '2020-01-06 10:05+00', 1
);

insert into perf.model_training_history (
    model_type, trigger_type, training_status, training_end, model_version, metrics
)
values ('sdxl', 'manual', 'completed', '2020-01-05', '6', '{"rmse": 2, "auc": 0.8}');

create function pg_temp.complete(
    model_version text default '7',
    metrics jsonb default '{"rmse": 1.5, "sample_count": 100, "auc": 0.9}',
    hyperparameters jsonb default '{"depth": 3}',
    improvement_metric text default null,
    as_of timestamptz default '2020-01-06 10:04+00'
)
returns boolean
language sql as $$
    select perf_internal.complete_training(
        '10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000',
        $1, $2, '30000000-0000-4000-8000-000000000000', $3, 5000, '2019-12-01', '2020-01-01', $4,
        $5
    )
$$;

select throws_ok(
    'select pg_temp.complete(model_version => null)',
    '22023',
    'model_version must have 1 to 200 characters, got null',
    'refuses no version'
);
select throws_ok(
    $$ select pg_temp.complete(metrics => '[]') $$,
    '22023',
    'metrics must be a JSON object, got "[]"',
    'refuses metrics without names'
);
select throws_ok(
    $$ select pg_temp.complete(metrics => '{"recall": 2}') $$,
    '22023',
    'recall must be a number between 0 and 1, got "2"',
    'refuses a metric out of bounds'
);
select throws_ok(
    $$ select pg_temp.complete(metrics => '{"auc": "high"}') $$,
    '22023',
    '"auc" of metrics must be 0 or a number between 1e-100 and 1e15 of any sign, got "high"',
    'refuses a text'
);
select throws_ok(
    $$ select pg_temp.complete(metrics => '{"model_type": "x"}') $$,
    '22023',
    'metrics must not hold "model_type", which is an argument of its own',
    'metrics do not say of whom they are'
);
select throws_ok(
    $$ select pg_temp.complete(improvement_metric => 'nothing') $$,
    'PT404',
    'there is no metric of evaluations "nothing"',
    'refuses an unknown metric to compare'
);
select throws_ok(
    $$ select pg_temp.complete(improvement_metric => 'mae') $$,
    '22023',
    'improvement_metric must be one of metrics, got "mae"',
    'refuses one that was not measured'
);
select throws_ok(
    $$ select pg_temp.complete(as_of => 'infinity') $$, '22023', null, 'refuses no time'
);
select is_empty(
    $$ select * from perf.model_performance_metrics $$, 'what was refused records nothing'
);

select ok(pg_temp.complete(' 7 '), 'a trainer completes its training');
select results_eq(
    $$ select h.training_status, h.training_end, h.lease_expires_at, h.model_version, h.model_id,
           h.metrics, h.hyperparameters, h.sample_count, h.training_data_start = '2019-12-01',
           h.training_data_end = '2020-01-01', h.improvement_metric, h.performance_improvement
       from perf.model_training_history as h
       where h.id = '10000000-0000-4000-8000-000000000000' $$,
    $$ values (
        'completed', '2020-01-06 10:04+00'::timestamptz, null::timestamptz, '7',
        '30000000-0000-4000-8000-000000000000'::uuid,
        '{"rmse": 1.5, "sample_count": 100, "auc": 0.9}'::jsonb, '{"depth": 3}'::jsonb,
        5000::bigint, true, true, 'rmse', 0.25::float8
    ) $$,
    'the training has what it says, and is 25 % better than the last'
);
select results_eq(
    $$ select e.model_type, e.machine_id, e.evaluation_date, e.model_id, e.model_version, e.rmse,
           e.sample_count, e.metrics
       from perf.model_performance_metrics as e $$,
    $$ values (
        'sdxl', null::uuid, '2020-01-06 10:04+00'::timestamptz,
        '30000000-0000-4000-8000-000000000000'::uuid, '7', 1.5::float8, 100::bigint,
        '{"auc": 0.9}'::jsonb
    ) $$,
    'its metrics are an evaluation'
);
select ok(not pg_temp.complete('7', '{"rmse": 9}'), 'a retry is false, whatever its metrics');
select is(
    (select count(*) from perf.model_performance_metrics), 1::bigint, 'and records nothing'
);
select throws_ok(
    $$ select pg_temp.complete('8') $$,
    'PT409',
    'training 10000000-0000-4000-8000-000000000000 is completed',
    'refuses another version'
);

create function pg_temp.run_again() returns void language sql as $$
    update perf.model_training_history as h
    set training_status = 'running',
        training_end = null,
        error_message = 'x',
        lease_expires_at = '2020-01-06 10:05+00'
    where h.id = '10000000-0000-4000-8000-000000000000'
$$;
select pg_temp.run_again();

select ok(
    pg_temp.complete('8', '{"auc": 0.9}', null, 'auc', '2020-01-06 12:00+00'),
    'a lease that is over is enough while nobody else has one'
);
select results_eq(
    $$ select h.improvement_metric, h.performance_improvement, h.hyperparameters, h.error_message
       from perf.model_training_history as h
       where h.id = '10000000-0000-4000-8000-000000000000' $$,
    $$ values ('evaluation.auc', null::float8, null::jsonb, null::text) $$,
    'a named metric may be compared; nobody said in which direction it is better'
);

select pg_temp.run_again();
select perf.set_metric('evaluation.auc', better => 'higher');

select ok(
    pg_temp.complete('9', '{"auc": 1.0}', null, 'evaluation.auc', '2020-01-06 09:00+00'),
    'given that somebody says so'
);
select results_eq(
    $$ select h.improvement_metric, round(h.performance_improvement::numeric, 9), h.training_end
       from perf.model_training_history as h
       where h.id = '10000000-0000-4000-8000-000000000000' $$,
    $$ values ('evaluation.auc', 0.25, '2020-01-06 10:00+00'::timestamptz) $$,
    'it is compared, and no training ends before it starts'
);

select pg_temp.run_again();

select ok(pg_temp.complete('10', 'null', 'null'), 'metrics are optional');
select results_eq(
    $$ select h.metrics, h.hyperparameters, h.improvement_metric
       from perf.model_training_history as h
       where h.model_version = '10' $$,
    $$ values (null::jsonb, null::jsonb, null::text) $$,
    'then there is nothing to compare'
);

select pg_temp.run_again();
select perf_internal.fail_training('10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000');

select throws_ok(
    $$ select pg_temp.complete('11') $$,
    'PT409',
    'training 10000000-0000-4000-8000-000000000000 is failed',
    'refuses a training that failed'
);
select throws_ok(
    $$ select perf_internal.complete_training(
           '10000000-0000-4000-8000-000000000000', 'f1000000-0000-4000-8000-000000000000', '11'
       ) $$,
    'PT409',
    null,
    'refuses another lease'
);
select throws_ok(
    $$ select perf_internal.complete_training(null, null, '11') $$,
    'PT404',
    'there is no training null',
    'refuses no training'
);

set local role perf_analyst;
select throws_ok(
    $$ select perf_internal.complete_training(null, null, '11') $$, '42501', null, 'perf_analyst may not'
);

select * from finish();
rollback;
