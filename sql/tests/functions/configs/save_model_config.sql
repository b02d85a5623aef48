begin;
select plan(16);

select results_eq(
    $$ select version, is_new, is_active
       from perf.save_model_config('sdxl', 'one', '{"steps": 30, "size": 1}', 'first') $$,
    $$ values (1, true, false) $$,
    'the first version of a type is version 1, and not active'
);

select results_eq(
    $$ select version, is_new, is_active
       from perf.save_model_config('sdxl', 'one', '{"size": 1.0, "steps": 30}', 'other notes') $$,
    $$ values (1, false, false) $$,
    'the same data again is the version there is, whatever the order of keys and the notes'
);

select results_eq(
    $$ select version, is_new
       from perf.save_model_config('sdxl', 'two', '{"steps": 30, "size": 1}') $$,
    $$ values (2, true) $$,
    'the same data under another name is a version of its own'
);

select results_eq(
    $$ select version, is_new, is_active
       from perf.save_model_config('sdxl', 'one', '{"steps": 20}', 'faster', activate => true) $$,
    $$ values (3, true, true) $$,
    'other data is a new version, active if told so'
);

select results_eq(
    $$ select version, is_new, is_active
       from perf.save_model_config('sdxl', 'one', '{"steps": 30, "size": 1}', activate => true) $$,
    $$ values (1, false, true) $$,
    'a version there is can be activated by saving it again'
);

select results_eq(
    $$ select version, is_new from perf.save_model_config('wan', 'one', '{"steps": 20}') $$,
    $$ values (1, true) $$,
    'another type counts its own versions'
);

select results_eq(
    'select config_data, notes from perf.model_config_history order by model_type, version limit 1',
    $$ values ('{"size": 1, "steps": 30}'::jsonb, 'first') $$,
    'keeps what was saved first'
);

select throws_ok(
    $$ select perf.save_model_config('sdxl', 'one', '[1]') $$,
    '23514',
    null,
    'refuses data that is not an object'
);

select throws_ok(
    $$ select perf.save_model_config('sdxl', ' ', '{}') $$,
    '23514',
    null,
    'refuses a blank name'
);

select throws_ok(
    $$ select perf.save_model_config('abcdefghijklmnopqrstu', 'one', '{}') $$,
    '22023',
    'model_type must have 1 to 20 characters, config_name 1 to 100, and config_data be a JSON object, got "abcdefghijklmnopqrstu", "one" and object',
    'refuses a type of 21 characters'
);

select throws_ok(
    $$ select perf.save_model_config('sdxl', 'one', null) $$,
    '22023',
    null,
    'refuses no data'
);

select throws_ok(
    $$ select perf.save_model_config('sdxl', 'one', jsonb_build_object('a', repeat('x', 1048576))) $$,
    '23514',
    null,
    'refuses more than 1 MB'
);

select is(
    (select count(*) from perf.model_config_history),
    4::bigint,
    'stores nothing of what it refused'
);

select perf.set_config_approval('wan', true);

select throws_ok(
    $$ select perf.save_model_config('wan', 'two', '{}', activate => true) $$,
    'PT409',
    'activations of wan need approval',
    'does not activate where a second person must agree'
);

select is(
    (select count(*) from perf.model_config_history),
    4::bigint,
    'and then saves nothing either'
);

set local role perf_analyst;

select throws_ok(
    $$ select perf.save_model_config('sdxl', 'one', '{}') $$,
    '42501',
    null,
    'an analyst does not save'
);

select * from finish();
rollback;
