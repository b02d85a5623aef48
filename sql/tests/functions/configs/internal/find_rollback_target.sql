begin;
select plan(4);

select perf.save_model_config('sdxl', 'n', jsonb_build_object('n', n), activate => true)
from generate_series(1, 3) as n;

select results_eq(
    $$ select version
       from generate_series(1, 2) as steps
       join perf.model_config_activations as a
           on a.id = perf_internal.find_rollback_target('sdxl', steps, null)
       join perf.model_config_history as c on c.id = a.config_id
       order by steps $$,
    $$ values (2), (1) $$,
    'counts steps back from the active version'
);

select is(
    perf_internal.find_rollback_target('sdxl', 3, null),
    null,
    'gives null past the first activation'
);

select is(
    perf_internal.find_rollback_target('wan', 1, null),
    null,
    'gives null for a type without activations'
);

select is(
    perf_internal.find_rollback_target('sdxl', 1, perf.find_model_config('sdxl@1')),
    (select min(id) from perf.model_config_activations),
    'gives the latest activation of a version'
);

select * from finish();
rollback;
