begin;
select plan(17);

insert into perf.model_training_history (
    model_type, machine_id, trigger_type, training_status, training_end, model_version, metrics
)
values
    ('m', null, 'manual', 'completed', '2020-01-05', '1', '{"rmse": 4, "auc": 0.25, "recall": 0.25}'),
    ('m', null, 'manual', 'completed', '2020-01-06', '2', '{"mae": 2, "r_squared": -0.5, "auc": 0.5}'),
    ('m', null, 'manual', 'completed', '2020-01-07', '3', '{"mae": "2", "zero": 0}'),
    ('m', null, 'manual', 'failed', '2020-01-08', null, '{"rmse": 1, "mae": 1}'),
    (
        'm', 'e0000000-0000-4000-8000-000000000000', 'manual', 'completed', '2020-01-09', '1',
        '{"rmse": 10}'
    ),
    ('n', null, 'manual', 'completed', '2020-01-10', '1', '{"rmse": 100}');

select perf_internal.add_named_metrics(
    'evaluations', array['evaluation.auc', 'evaluation.zero', 'evaluation.loss']
);
select perf.set_metric('evaluation.auc', better => 'higher');
select perf.set_metric('evaluation.zero', better => 'lower');

create function pg_temp.compared(metrics jsonb, metric text default null, machine_id uuid default null)
returns text
language sql as $$
    select concat_ws(' ', i.improvement_metric, i.performance_improvement)
    from perf_internal.get_training_improvement('m', machine_id, metrics, metric) as i
$$;

select is(pg_temp.compared('{"rmse": 3, "mae": 1}'), 'rmse 0.25', 'an error that is smaller is better');
select is(pg_temp.compared('{"rmse": 5}'), 'rmse -0.25', 'and one that is larger is worse');
select is(
    pg_temp.compared('{"mae": 1}'), 'mae 0.5', 'with the last training that has a number of it'
);
select is(
    pg_temp.compared('{"r_squared": -0.25}'),
    'r_squared 0.5',
    'over the absolute value, where higher is better'
);
select is(pg_temp.compared('{"rmse": 4}'), 'rmse 0', 'the same is no improvement');
select is(
    pg_temp.compared('{"rmse": 3}', null, 'e0000000-0000-4000-8000-000000000000'),
    'rmse 0.7',
    'the model of a machine has its own trainings'
);
select is(
    pg_temp.compared('{"mape": 3, "recall": 0.5}'),
    'recall 1',
    'without a name it is the first that both have'
);
select is(pg_temp.compared('{"mape": 3, "auc": 1}'), '', 'or none');
select is(pg_temp.compared(null), '', 'none without metrics');
select is(pg_temp.compared('{}'), '', 'and without names');
select is(pg_temp.compared('{"rmse": "3"}'), '', 'a text is no number');
select is(
    pg_temp.compared('{"auc": 1, "rmse": 3}', 'evaluation.auc'),
    'evaluation.auc 1',
    'a metric may be named'
);
select is(
    pg_temp.compared('{"mape": 3}', 'mape'), 'mape', 'also one that no training had before'
);
select is(pg_temp.compared('{"mape": 3}', 'rmse'), '', 'but not one that this one lacks');
select is(
    pg_temp.compared('{"zero": 1}', 'evaluation.zero'), 'evaluation.zero', 'there is no share of 0'
);
select is(
    pg_temp.compared('{"zero": 0}', 'evaluation.zero'), 'evaluation.zero 0', 'but 0 after 0 is the same'
);

update perf.model_training_history as h
set metrics = '{"loss": 1}'
where h.model_version = '3';

select is(
    pg_temp.compared('{"loss": 2}', 'evaluation.loss'),
    'evaluation.loss',
    'nothing is better where the catalogue does not know which is'
);

select * from finish();
rollback;
