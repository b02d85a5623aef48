begin;
select plan(2);

select perf.save_model_config('sdxl', 'n', jsonb_build_object('n', n), activate => true)
from generate_series(1, 2) as n;
select perf.save_model_config('wan', 'n', '{}', activate => true);

select results_eq(
    'select model_type::text, version from perf.model_config_history where is_active order by 1',
    $$ values ('sdxl', 2), ('wan', 1) $$,
    'is_active follows the activations, type by type'
);

select perf.rollback_model_config('sdxl');

select is(
    (select version from perf.model_config_history where model_type = 'sdxl' and is_active),
    1,
    'and goes back with a rollback'
);

select * from finish();
rollback;
