begin;
select plan(3);

select perf.save_model_config('sdxl', 'one', '{}');

select is(
    (select config_name from perf_internal.get_model_config(perf.find_model_config('sdxl@1'))),
    'one'::varchar,
    'gives the version'
);

select throws_ok(
    $$ select perf_internal.get_model_config(null) $$,
    'PT404',
    'no configuration null',
    'refuses null'
);

select throws_ok(
    $$ select perf_internal.get_model_config('c0000000-0000-4000-8000-000000000000') $$,
    'PT404',
    'no configuration c0000000-0000-4000-8000-000000000000',
    'refuses an unknown id'
);

select * from finish();
rollback;
