begin;
select plan(5);

select is_empty('select * from perf.get_active_configs()', 'without activations there is none');

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.save_model_config('wan', 'w', '{"n": 3}', activate => true);
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select perf.save_model_config('sdxl', 'one', '{"n": 1}', 'first', activate => true);
select perf.save_model_config('sdxl', 'two', '{"n": 2}');

select results_eq(
    $$ select model_type::text, version, config_name::text, config_data, creator_name, activator_name,
           activation_notes
       from perf.get_active_configs() $$,
    $$ values ('sdxl', 1, 'one', '{"n": 1}'::jsonb, 'ada', 'ada', 'first'),
        ('wan', 1, 'w', '{"n": 3}', null, session_user::text collate "default", null) $$,
    'gives the active version of each type, by whom and why'
);

select is((select count(*) from perf.get_active_configs('wan')), 1::bigint, 'or of one type');

select is_empty($$ select * from perf.get_active_configs('none') $$, 'an unknown type has none');

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.get_active_configs('nothing') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
