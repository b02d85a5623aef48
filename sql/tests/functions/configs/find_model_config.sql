begin;
select plan(8);

select perf.save_model_config('sdxl', 'one', '{"n": 1}');
select perf.save_model_config('sdxl', 'two', '{"n": 2}', activate => true);
select perf.save_model_config('a@b', 'odd', '{}');

select results_eq(
    $$ select c.config_name::text
       from unnest('{sdxl,sdxl@1,sdxl@2,a@b@1}'::text[]) with ordinality as r (reference, position)
       join perf.model_config_history as c on c.id = perf.find_model_config(r.reference)
       order by r.position $$,
    $$ values ('two'), ('one'), ('two'), ('odd') $$,
    'finds the active version of a type, and a version by its number'
);

select is(
    perf.find_model_config(upper(perf.find_model_config('sdxl')::text)),
    perf.find_model_config('sdxl@2'),
    'finds a version by its id'
);

select throws_ok(
    $$ select perf.find_model_config('a@b') $$,
    'PT404',
    'no configuration "a@b"',
    'a type without an active version has none'
);

select throws_ok(
    $$ select perf.find_model_config('sdxl@3') $$,
    'PT404',
    null,
    'refuses an unknown version'
);

select throws_ok(
    $$ select perf.find_model_config(null) $$,
    'PT404',
    'no configuration null',
    'refuses null'
);

select throws_ok($$ select perf.find_model_config('') $$, 'PT404', null, 'refuses an empty text');

set local role perf_recorder;

select throws_ok(
    $$ select perf.find_model_config('sdxl') $$,
    '42501',
    null,
    'a recorder reads nothing'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.find_model_config('nothing') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
