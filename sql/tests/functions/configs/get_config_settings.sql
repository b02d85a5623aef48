begin;
select plan(4);

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

select is_empty($$ select * from perf.get_config_settings('{}') $$, 'no settings give nothing');

select throws_ok(
    $$ select * from perf.get_config_settings('{steps}') $$,
    '22023',
    null,
    'refuses what is no JSON path'
);

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
