begin;
select plan(8);

select is(
    perf_internal.record_evaluations(
        '[{"model_type": "b", "evaluation_date": "2020-01-06T10:00:00Z", "rmse": 1,
           "metrics": {"auc": 0.5, "gini": 0.25}},
          {"model_type": "a", "evaluation_date": "2020-01-06T10:00:00Z", "metrics": {"auc": 0.75}},
          {"model_type": "a", "evaluation_date": "2020-01-06T10:00:00Z", "metrics": {"lift": 2}}]'
    ),
    2::bigint,
    'records what is new, and of one that comes twice the first'
);
select set_eq(
    $$ select m.metric from perf.metrics as m where m.metric ~ '^evaluation[.]' $$,
    array['evaluation.auc', 'evaluation.gini'],
    'and adds the names of what it recorded'
);
select is(
    perf_internal.record_evaluations(
        '[{"model_type": "a", "evaluation_date": "2020-01-06T10:00:00Z", "metrics": {"lift": 2}}]'
    ),
    0::bigint,
    'a second time nothing is new'
);
select is(perf_internal.record_evaluations('[]'), 0::bigint, 'nor is there anything in nothing');
select is(
    (
        select m.metrics
        from perf.model_performance_metrics as m
        where m.model_type = 'a'
    ),
    '{"auc": 0.75}'::jsonb,
    'what was recorded stays'
);
create temporary table tiny as
select perf_internal.record_evaluations(
    '[{"model_type": "c", "evaluation_date": "2020-01-06T10:00:00Z", "rmse": 1e-16000}]'
);
select is(
    (select m.rmse from perf.model_performance_metrics as m where m.model_type = 'c'),
    0::float8,
    'a number that no double precision can hold is 0'
);
-- The trigger would add the name of a plain insert too: the setting is off again.
insert into perf.model_performance_metrics (series_id, model_type, evaluation_date, metrics)
select m.id, m.model_type, '2020-01-07 10:00+00', '{"lift": 2}'
from perf_internal.trained_models as m
where m.model_type = 'a';
select is(
    (select count(*) from perf.metrics as m where m.metric = 'evaluation.lift'),
    1::bigint,
    'rows that are written past it are checked again'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.record_evaluations('[]') $$, '42501', null, 'only our functions call it'
);

select * from finish();
rollback;
