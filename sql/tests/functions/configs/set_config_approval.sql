begin;
select plan(6);

select throws_ok(
    $$ select perf.set_config_approval('sdxl', true) $$,
    'PT404',
    'no configurations of model type "sdxl"',
    'refuses an unknown type'
);

select perf.save_model_config('sdxl', 'one', '{}');

select is(perf.set_config_approval('sdxl', true), true, 'switches the rule on');

select is(perf.set_config_approval('sdxl', true), false, 'a second time changes nothing');

select is(
    (select needs_approval from perf.model_config_types where model_type = 'sdxl'),
    true,
    'the rule is on'
);

select throws_ok(
    $$ select perf.set_config_approval('sdxl', null) $$,
    '22023',
    'needs_approval must not be null',
    'refuses null'
);

set local role perf_analyst;

select throws_ok(
    $$ select perf.set_config_approval('sdxl', false) $$,
    '42501',
    null,
    'an analyst does not switch it'
);

select * from finish();
rollback;
