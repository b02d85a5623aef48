begin;
select plan(17);

select throws_ok(
    $$ select perf.rollback_model_config('sdxl') $$,
    'PT404',
    'no active configuration of model type "sdxl"',
    'refuses a type without an active version'
);

select perf.save_model_config('sdxl', 'n', jsonb_build_object('n', n), activate => true)
from generate_series(1, 4) as n;
select perf.save_model_config('sdxl', 'never', '{}');
select perf.save_model_config('wan', 'other', '{}', activate => true);

select results_eq(
    $$ select kind, notes, config_id from perf.rollback_model_config('sdxl', notes => 'slow') $$,
    $$ values ('rollback', 'slow', perf.find_model_config('sdxl@3')) $$,
    'goes one step back'
);

select is(
    (select config_id from perf.rollback_model_config('sdxl')),
    perf.find_model_config('sdxl@2'),
    'a second rollback goes a second step back, not forth again'
);

select is(
    (select config_id
    from perf.rollback_model_config('sdxl', to_id => perf.find_model_config('sdxl@4'))),
    perf.find_model_config('sdxl@4'),
    'to_id goes to any version that was in force, also one that was rolled back'
);

select is(
    (select config_id from perf.rollback_model_config('sdxl', 2)),
    perf.find_model_config('sdxl@2'),
    'steps count from what lay before the version brought back'
);

select throws_ok(
    $$ select perf.rollback_model_config('sdxl', 2) $$,
    'PT409',
    'nothing to roll back to: steps (2) goes past the first activation of "sdxl"',
    'refuses more steps than there were'
);

select is(
    (select config_id
    from perf.rollback_model_config('sdxl', from_id => perf.find_model_config('sdxl@2'))),
    perf.find_model_config('sdxl@1'),
    'with from_id goes back from that version'
);

select throws_ok(
    $$ select perf.rollback_model_config('sdxl', from_id => perf.find_model_config('sdxl@2')) $$,
    'PT409',
    null,
    'and not from another one'
);

select throws_ok(
    $$ select perf.rollback_model_config('sdxl', to_id => perf.find_model_config('sdxl@5')) $$,
    'PT409',
    null,
    'refuses a version that was never in force'
);

select throws_ok(
    $$ select perf.rollback_model_config('sdxl', to_id => perf.find_model_config('wan@1')) $$,
    'PT409',
    null,
    'refuses a version of another type'
);

select throws_ok(
    $$ select perf.rollback_model_config('sdxl', to_id => perf.find_model_config('sdxl')) $$,
    'PT409',
    null,
    'refuses the version that is active already'
);

select throws_ok(
    $$ select perf.rollback_model_config('sdxl', 0) $$,
    '22023',
    'steps must be at least 1, got 0',
    'refuses no steps'
);

select throws_ok(
    $$ select perf.rollback_model_config('sdxl', 2, perf.find_model_config('sdxl@4')) $$,
    '22023',
    null,
    'refuses steps and to_id together'
);

select perf.activate_model_config(perf.find_model_config('sdxl@3'));
select perf.set_config_approval('sdxl', true);

select is(
    (select config_id from perf.rollback_model_config('sdxl')),
    perf.find_model_config('sdxl@1'),
    'needs no approval'
);

select is(
    (select count(*) from perf.model_config_activations where model_type = 'sdxl'),
    11::bigint,
    'the history keeps every step'
);

select perf.activate_model_config(perf.find_model_config('wan@1'));
select perf.save_model_config('wan', 'second', '{"n": 1}', activate => true);
select perf.activate_model_config(perf.find_model_config('wan@1'));

select is(
    (select config_id from perf.rollback_model_config('wan', 2)),
    perf.find_model_config('wan@1'),
    'steps may lead to the version that is active'
);

set local role perf_analyst;

select throws_ok(
    $$ select perf.rollback_model_config('sdxl') $$,
    '42501',
    null,
    'an analyst does not roll back'
);

select * from finish();
rollback;
