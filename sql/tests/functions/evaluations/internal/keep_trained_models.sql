begin;
select plan(6);

insert into perf_internal.trained_models (model_type) values ('energy');

select throws_ok(
    'delete from perf_internal.trained_models',
    '23001',
    'trained_models rows are kept for ever: evaluations refer to them',
    'refuses to delete a trained model'
);
select throws_ok(
    'truncate perf_internal.trained_models cascade',
    '23001',
    'trained_models rows are kept for ever: evaluations refer to them',
    'refuses to truncate'
);
select throws_ok(
    $$ update perf_internal.trained_models set id = '30000000-0000-4000-8000-000000000000' $$,
    '23001',
    'trained_models rows are kept for ever: evaluations refer to them',
    'refuses another id'
);
select throws_ok(
    'delete from perf_internal.trained_models where false',
    '23001',
    null,
    'also where no row is meant'
);
select lives_ok(
    $$ update perf_internal.trained_models set model_type = 'power' $$, 'a label may change'
);
select is(
    (select count(*) from perf_internal.trained_models), 1::bigint, 'the trained model is still there'
);

select * from finish();
rollback;
