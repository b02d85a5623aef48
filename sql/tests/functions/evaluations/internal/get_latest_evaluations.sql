begin;
select plan(5);

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');
do $$
begin
    perform perf.record_model_metrics('energy', '2020-01-06', rmse => 1);
    perform perf.record_model_metrics('energy', '2020-01-08', rmse => 3, model_version => 'v1');
    perform perf.record_model_metrics('energy', '2020-01-08', rmse => 4, model_version => 'v2');
    perform perf.record_model_metrics('energy', '2020-01-07', rmse => 2);
    perform perf.record_model_metrics('anomaly', '2020-01-01', recall => 0.5);
end
$$;

select results_eq(
    $$ select m.model_type, e.evaluation_date, e.model_version, e.rmse, e.recall
       from perf_internal.get_latest_evaluations() as e
       join perf_internal.trained_models as m on m.id = e.series_id
       order by 1 $$,
    $$ values
        ('anomaly', timestamptz '2020-01-01', null::text, null::float8, 0.5::float8),
        ('energy', '2020-01-08', 'v2', 4, null) $$,
    'one row for each series, its latest; of several at one time the one recorded last'
);
-- In a cluster the view asks this function, and both are the same by themselves.
select results_eq(
    $$ select row(
           e.id, m.model_type, m.machine_id, e.model_id, e.model_version, e.evaluation_date,
           e.r_squared, e.rmse, e.mae, e.mape, e.precision, e.recall, e.f1_score, e.sample_count,
           e.data_completeness, e.metrics, e.drift_detected, e.drift_score, e.drift_details,
           e.created_at
       )::text
       from perf_internal.get_latest_evaluations() as e
       join perf_internal.trained_models as m on m.id = e.series_id
       order by e.id $$,
    'select row(v.*)::text from perf.v_latest_model_performance as v order by v.id',
    'the view on one server says the same'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.get_latest_evaluations()),
    2::bigint,
    'an analyst by token may ask'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.get_latest_evaluations()),
    0::bigint,
    'a recorder gets nothing'
);
set local role anon;
select throws_ok(
    'select * from perf_internal.get_latest_evaluations()', '42501', null, 'nor may anon ask'
);

select * from finish();
rollback;
