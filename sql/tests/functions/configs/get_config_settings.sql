begin;
select plan(19);

select perf.save_model_config('sdxl', 'one', '{"default": {"steps": 30}, "odd key": [1, 2]}', activate => true);
select perf.save_model_config('wan', 'one', '{"default": {"steps": 20}}', activate => true);
select perf.save_model_config('wan', 'two', '{"default": {"steps": 10}}');

select results_eq(
    $$ select model_type::text, setting, value
       from perf.get_config_settings(array['$.default.steps', '$."odd key"[1]']) $$,
    $$ values ('sdxl', '$.default.steps', '30'::jsonb), ('wan', '$.default.steps', '20'),
        ('sdxl', '$."odd key"[1]', '2'), ('wan', '$."odd key"[1]', null) $$,
    'puts settings of the active versions side by side'
);

select throws_ok(
    $$ select * from perf.get_config_settings('{steps}') $$,
    '22023',
    'settings must be JSON paths, got "{steps}"',
    'refuses what is no JSON path'
);

select is(
    (select value from perf.get_config_settings('{"$.\"odd key\"[1,0]"}') limit 1),
    '2'::jsonb,
    'takes a path with a comma that stands in double quotes'
);

select throws_ok(
    $$ select * from perf.get_config_settings('{$.a[1,0]}') $$,
    '22023',
    'settings must be JSON paths, got "{$.a[1,0]}"',
    'refuses the parts of one that does not'
);

select throws_ok(
    $$ select * from perf.get_config_settings(array['$.a ? (@ like_regex "(")']) $$,
    '22023',
    null,
    'refuses a path with a bad regular expression'
);

select throws_ok(
    $$ select * from perf.get_config_settings(array['$.a[1e999999]']) $$,
    '22023',
    null,
    'refuses a path with too large a number'
);

select is(
    (select value from perf.get_config_settings(array['$.*[0,1] ? (@ > 1)']) limit 1),
    '2'::jsonb,
    'takes a path with a wildcard and two subscripts'
);

select throws_like(
    format('select * from perf.get_config_settings(array[%L])', v.path),
    'each path of settings may hold at most two of *, **, comma, to and keyvalue, got %',
    'refuses ' || v.what
)
from (
    values
        ('$.**.**.**', 'a path that finds the same again and again'),
        ('$' || repeat('.keyvalue()', 9), 'a path that makes three of one each time'),
        ('$' || repeat('[0,0]', 30), 'a path that doubles what it finds'),
        ('$ /* " */' || repeat('[0,0]', 30) || '/* " */', 'it with quotes in comments'),
        ('$."\"" [0 to 0][0 to 0][0 to 0] ? (@ == "\"")', 'ranges beside escaped quotes')
) as v (path, what);

select throws_ok(
    format('select * from perf.get_config_settings(%L)', v.settings),
    '22023',
    'settings must be a list of 1 to 100 JSON paths of at most 1000 characters, got '
        || perf_internal.quote_value(v.settings::text),
    'refuses ' || v.what
)
from (
    values
        ('{}'::text[], 'no path'),
        (null, 'null'),
        (array[array['$.a', '$.b'], array['$.c', '$.d']], 'an array of arrays'),
        (array['$.a', null], 'a null path'),
        (array_fill('$.a'::text, array[101]), 'more than 100 paths'),
        (array['$.' || repeat('a', 1000)], 'a path of more than 1000 characters')
) as v (settings, what);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.get_config_settings('{}') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
