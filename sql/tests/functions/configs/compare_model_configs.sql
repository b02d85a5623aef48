begin;
select plan(4);

select perf.save_model_config('sdxl', 'one', '{"steps": 30}');
select perf.save_model_config('wan', 'two', '{"steps": 20, "width": 1}');

select results_eq(
    $$ select *
       from perf.compare_model_configs(
           perf.find_model_config('sdxl@1'), perf.find_model_config('wan@1')
       ) $$,
    $$ values ('{steps}'::text[], '$.steps', 'changed', '30'::jsonb, '20'::jsonb),
        ('{width}', '$.width', 'added', null, '1') $$,
    'says what differs from the first to the second'
);

select is_empty(
    $$ select *
       from perf.compare_model_configs(
           perf.find_model_config('sdxl@1'), perf.find_model_config('sdxl@1')
       ) $$,
    'a version does not differ from itself'
);

select throws_ok(
    $$ select * from perf.compare_model_configs(perf.find_model_config('sdxl@1'), null) $$,
    'PT404',
    'no configuration null',
    'refuses null'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select throws_ok(
    $$ select * from perf.compare_model_configs('c0000000-0000-4000-8000-000000000000', null) $$,
    '42501',
    'this needs the role analyst',
    'a stranger may not ask'
);

select * from finish();
rollback;
