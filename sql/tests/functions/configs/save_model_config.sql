begin;
select plan(23);

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
    '22023',
    'config_data must be a JSON object, got "[1]"',
    'refuses an array'
);

select throws_ok(
    $$ select perf.save_model_config('sdxl', 'one', '30') $$,
    '22023',
    'config_data must be a JSON object, got "30"',
    'refuses a number'
);

select throws_ok(
    $$ select perf.save_model_config('sdxl', ' ', '{}') $$,
    '22023',
    'config_name must have 1 to 100 characters, got " "',
    'refuses a blank name'
);

select throws_ok(
    $$ select perf.save_model_config(null, 'one', '{}') $$,
    '22023',
    'model_type must have 1 to 20 characters, got null',
    'refuses no type'
);

select throws_ok(
    $$ select perf.save_model_config('sdxl', repeat('x', 101), '{}') $$,
    '22023',
    'config_name must have 1 to 100 characters, got "' || repeat('x', 60) || '..." (101 characters)',
    'refuses a name of 101 characters'
);

select throws_ok(
    $$ select perf.save_model_config(E'n\r\nX-Inj: 1', 'one', '{}') $$,
    '22023',
    'model_type must have no control characters, got "n\r\nX-Inj: 1"',
    'refuses control characters'
);

select throws_ok(
    $$ select perf.save_model_config('sdxl', '{"a": 1}', '{}') $$,
    '22023',
    null,
    'refuses an object as a name'
);

select results_eq(
    $$ select version, is_new
       from perf.save_model_config(' sdxl ', 'one ', '{"steps": 30, "size": 1}') $$,
    $$ values (1, false) $$,
    'spaces around type and name make no other ones'
);

select throws_ok(
    $$ select perf.save_model_config('abcdefghijklmnopqrstu', 'one', '{}') $$,
    '22023',
    'model_type must have 1 to 20 characters, got "abcdefghijklmnopqrstu"',
    'refuses a type of 21 characters'
);

select throws_ok(
    $$ select perf.save_model_config('sdxl', 'one', null) $$,
    '22023',
    'config_data must be a JSON object, got null',
    'refuses no data'
);

select throws_ok(
    $$ select perf.save_model_config('sdxl', 'one', jsonb_build_object('a', repeat('x', 1048568))) $$,
    '22023',
    'config_data must be at most 1048576 bytes as text, got 1048577',
    'refuses more than 1 MB'
);

select lives_ok(
    $$ select perf.save_model_config('wan', 'big', jsonb_build_object('a', repeat('x', 1048567))) $$,
    'takes 1 MB'
);

select is(
    (select count(*) from perf.model_config_history),
    5::bigint,
    'stores nothing of what it refused'
);

select perf.set_config_approval('wan', true);

select throws_ok(
    $$ select perf.save_model_config('wan', 'two', '{}', activate => true) $$,
    'PT409',
    'activations of "wan" need approval',
    'does not activate where a second person must agree'
);

select is(
    (select count(*) from perf.model_config_history),
    5::bigint,
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
