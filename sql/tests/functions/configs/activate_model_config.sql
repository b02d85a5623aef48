begin;
select plan(12);

select perf.save_model_config('sdxl', 'one', '{"n": 1}');
select perf.save_model_config('sdxl', 'two', '{"n": 2}');

select results_eq(
    $$ select kind, notes, active_until, previous_id is null
       from perf.activate_model_config(perf.find_model_config('sdxl@1'), 'start') $$,
    $$ values ('activate', 'start', null::timestamptz, true) $$,
    'returns the activation'
);

select is(
    (select id from perf.activate_model_config(perf.find_model_config('sdxl@1'), 'again')),
    (select id from perf.model_config_activations),
    'a second time returns the activation in force and changes nothing'
);

select lives_ok(
    $$ select perf.activate_model_config(perf.find_model_config('sdxl@2')) $$,
    'another version takes over'
);

select results_eq(
    'select version, is_active from perf.model_config_history order by version',
    $$ values (1, false), (2, true) $$,
    'then that one alone is active'
);

select results_eq(
    $$ select active_until = lead(active_from) over (order by id)
       from perf.model_config_activations order by id $$,
    $$ values (true), (null) $$,
    'an activation ends at the instant at which the next one starts'
);

select throws_ok(
    $$ select perf.activate_model_config('c0000000-0000-4000-8000-000000000000') $$,
    'PT404',
    'no configuration c0000000-0000-4000-8000-000000000000',
    'refuses an unknown id'
);

select throws_ok(
    $$ select perf.activate_model_config(null) $$,
    'PT404',
    'no configuration null',
    'refuses null'
);

select throws_ok(
    $$ select perf.activate_model_config(perf.find_model_config('sdxl@2'), guard => '{"metric":
        "error_rate", "worse_than": 0.05, "within": "1 hour"}') $$,
    'PT409',
    'version 2 of "sdxl" is active already',
    'does not guard what is active already'
);

select throws_ok(
    $$ select perf.activate_model_config(perf.find_model_config('sdxl@1'), guard => '{"when": 1}') $$,
    '22023',
    'guard has no key "when"',
    'refuses a guard that it does not understand'
);

select results_eq(
    $$ select guard, guard_status
       from perf.activate_model_config(perf.find_model_config('sdxl@1'), guard => '{"metric":
        "error_rate", "worse_than": 0.05, "within": "90 minutes"}') $$,
    $$ values ('{"metric": "error_rate", "worse_than": 0.05, "within": "01:30:00",
        "min_calls": 50, "limit": 0.05}'::jsonb, 'watching') $$,
    'a guard is kept with its defaults and its limit'
);

select perf.set_config_approval('sdxl', true);

select throws_ok(
    $$ select perf.activate_model_config(perf.find_model_config('sdxl@2')) $$,
    'PT409',
    'activations of "sdxl" need approval',
    'refuses a type that needs approval'
);

set local role perf_analyst;

select throws_ok(
    $$ select perf.activate_model_config(perf.find_model_config('sdxl@2')) $$,
    '42501',
    null,
    'an analyst does not activate'
);

select * from finish();
rollback;
