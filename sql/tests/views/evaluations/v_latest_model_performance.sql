begin;
select plan(11);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

create temporary table made as
select perf.record_model_metrics_batch(
    '[{"model_type": "energy", "evaluation_date": "2020-01-06T10:00:00Z", "rmse": 1},
      {"model_type": "energy", "evaluation_date": "2020-03-06T10:00:00Z", "rmse": 2,
       "r_squared": 0.5, "mae": 3, "mape": 4, "precision": 0.5, "recall": 0.25, "f1_score": 0.375,
       "sample_count": 10, "data_completeness": 1, "model_version": "v2", "metrics": {"auc": 0.75},
       "model_id": "f0000000-0000-4000-8000-000000000000"},
      {"model_type": "energy", "evaluation_date": "2020-02-06T10:00:00Z", "rmse": 3},
      {"model_type": "energy", "evaluation_date": "2020-01-06T10:00:00Z", "rmse": 4,
       "machine_id": "e0000000-0000-4000-8000-000000000000"}]'
);
select is(
    (
        select to_jsonb(v) - array['id', 'created_at', 'evaluation_date']
        from perf.v_latest_model_performance as v
        where v.machine_id is null
    ),
    '{"model_type": "energy", "machine_id": null, "model_version": "v2",
      "model_id": "f0000000-0000-4000-8000-000000000000", "r_squared": 0.5, "rmse": 2, "mae": 3,
      "mape": 4, "precision": 0.5, "recall": 0.25, "f1_score": 0.375, "sample_count": 10,
      "data_completeness": 1, "metrics": {"auc": 0.75}, "drift_detected": null,
      "drift_score": null, "drift_details": null}'::jsonb,
    'the latest evaluation of a model, with everything it says'
);
select results_eq(
    'select v.machine_id, v.evaluation_date, v.rmse
     from perf.v_latest_model_performance as v
     order by v.machine_id',
    $$ values
        (
            'e0000000-0000-4000-8000-000000000000'::uuid, '2020-01-06 10:00+00'::timestamptz,
            4::float8
        ),
        (null, '2020-03-06 10:00+00', 2) $$,
    'one row a type of model and machine'
);
create temporary table twin as
select perf.record_model_metrics(
    'energy', '2020-03-06 10:00+00', model_version => 'v1', rmse => 5
);
select is(
    (select v.model_version from perf.v_latest_model_performance as v where v.machine_id is null),
    'v1',
    'of several at one time it is the one recorded last'
);
create temporary table never as select perf_internal.add_trained_model('silent', null);
select is_empty(
    $$ select from perf.v_latest_model_performance as v where v.model_type = 'silent' $$,
    'a model that was never evaluated is not there'
);
update perf.model_performance_metrics
set drift_detected = true, drift_score = 0.5, drift_details = '{"x": 1}'
where model_version = 'v1';
select results_eq(
    $$ select v.drift_detected, v.drift_score, v.drift_details
       from perf.v_latest_model_performance as v
       where v.model_version = 'v1' $$,
    $$ values (true, 0.5::float8, '{"x": 1}'::jsonb) $$,
    'what a drift check found is there'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.v_latest_model_performance), 2::bigint, 'an admin by token reads it'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.v_latest_model_performance),
    2::bigint,
    'an analyst by token reads it'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.v_latest_model_performance),
    0::bigint,
    'a recorder by token reads nothing back'
);
set local role perf_analyst;
select is(
    (select count(*) from perf.v_latest_model_performance), 2::bigint, 'perf_analyst reads it'
);
set local role perf_recorder;
select throws_ok(
    'select * from perf.v_latest_model_performance', '42501', null, 'perf_recorder does not'
);
set local role anon;
select throws_ok(
    'select * from perf.v_latest_model_performance', '42501', null, 'anon reads nothing'
);

select * from finish();
rollback;
