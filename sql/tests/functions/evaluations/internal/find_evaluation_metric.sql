begin;
select plan(9);

insert into perf.profiles (id, username) values ('b0000000-0000-4000-8000-000000000000', 'ben');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst');
create temporary table made as
select perf.record_model_metrics(
    'energy', '2020-01-06 10:00+00', metrics => '{"auc": 0.9, "evaluation.auc": 0.8}'
);

select results_eq(
    $$ select m.metric, m.kind, m.better from perf_internal.find_evaluation_metric('rmse') as m $$,
    $$ values ('rmse', 'measured', 'lower') $$,
    'finds what every evaluation may have'
);
select results_eq(
    $$ select m.metric, m.kind, m.better from perf_internal.find_evaluation_metric('auc') as m $$,
    $$ values ('evaluation.auc', 'named', null) $$,
    'and what an evaluation brought, by its name'
);
select is(
    (perf_internal.find_evaluation_metric('evaluation.auc')).metric,
    'evaluation.auc',
    'or by the name of the metric, which is first'
);
select is(
    (perf_internal.find_evaluation_metric('evaluation.evaluation.auc')).metric,
    'evaluation.evaluation.auc',
    'also where another has its name'
);
select throws_ok(
    $$ select perf_internal.find_evaluation_metric('gini') $$,
    'PT404',
    'there is no metric of evaluations "gini"',
    'there is no other'
);
select throws_ok(
    $$ select perf_internal.find_evaluation_metric('response_time_ms') $$,
    'PT404',
    'there is no metric of evaluations "response_time_ms"',
    'of another pipeline neither'
);
select throws_ok(
    'select perf_internal.find_evaluation_metric(null)',
    'PT404',
    'there is no metric of evaluations null',
    'null is no name'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (perf_internal.find_evaluation_metric('auc')).metric, 'evaluation.auc', 'an analyst finds it'
);
set local role anon;
select throws_ok(
    $$ select perf_internal.find_evaluation_metric('auc') $$, '42501', null, 'anon may not'
);

select * from finish();
rollback;
