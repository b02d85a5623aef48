begin;
select plan(8);

select perf.save_model_config('sdxl', 'n', jsonb_build_object('n', n))
from generate_series(1, 2) as n;
select perf.activate_model_config(perf.find_model_config('sdxl@1'));

select throws_ok(
    $$ update perf.model_config_history set config_data = '{}' $$,
    '23001',
    'versions are history: they cannot be changed or deleted',
    'refuses other data, also to the owner'
);

select throws_ok(
    $$ update perf.model_config_history set is_active = true $$,
    '23001',
    null,
    'refuses to say active of what is not'
);

select throws_ok(
    $$ update perf.model_config_history set is_active = false $$,
    '23001',
    null,
    'refuses to say inactive of what is active'
);

select lives_ok(
    $$ update perf.model_config_history set is_active = is_active $$,
    'says nothing to what changes nothing'
);

select throws_ok(
    $$ insert into perf.model_config_history (model_type, config_name, config_data, is_active, version)
       values ('sdxl', 'three', '{}', true, 3) $$,
    '23001',
    null,
    'refuses a version that is born active'
);

select throws_ok($$ delete from perf.model_config_history $$, '23001', null, 'refuses to delete');

select throws_ok(
    $$ truncate perf.model_config_history cascade $$,
    '23001',
    null,
    'refuses to truncate'
);

alter table perf.model_config_history disable trigger user;

select throws_ok(
    $$ update perf.model_config_history set is_active = true $$,
    '23505',
    null,
    'without triggers a constraint still refuses two active versions of a type'
);

select * from finish();
rollback;
