begin;
select plan(7);

select perf.save_model_config('sdxl', 'n', jsonb_build_object('n', n), activate => true)
from generate_series(1, 2) as n;

select throws_ok(
    $$ update perf.model_config_activations set notes = 'other' $$,
    '23001',
    'activations are history: they cannot be changed or deleted',
    'refuses other notes, also to the owner'
);

select throws_ok(
    $$ update perf.model_config_activations
       set active_until = now() + interval '1 day'
       where active_until is null $$,
    '23001',
    null,
    'refuses to end an activation without a next one'
);

select throws_ok(
    $$ update perf.model_config_activations set guard_status = 'held' $$,
    '23001',
    null,
    'refuses to end a guard that there is not'
);

select throws_ok(
    $$ delete from perf.model_config_activations $$,
    '23001',
    null,
    'refuses to delete'
);

select throws_ok(
    $$ truncate perf.model_config_activations cascade $$,
    '23001',
    null,
    'refuses to truncate'
);

alter table perf.model_config_activations disable trigger user;

select throws_ok(
    $$ insert into perf.model_config_activations
           (model_type, config_id, active_from, active_until, kind, activated_by_role,
               activated_by_login)
       select model_type, config_id, active_from, active_until, 'activate', 'x', 'x'
       from perf.model_config_activations where active_until is not null $$,
    '23P01',
    null,
    'without triggers a constraint still refuses two activations at once'
);

select throws_ok(
    $$ insert into perf.model_config_activations
           (model_type, config_id, active_from, active_until, kind, activated_by_role,
               activated_by_login)
       select model_type, config_id, active_from, active_from, 'activate', 'x', 'x'
       from perf.model_config_activations $$,
    '23514',
    null,
    'and one of no length'
);

select * from finish();
rollback;
