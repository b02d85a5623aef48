begin;
select plan(6);

create temporary table made as
select perf_internal.add_config('acme/one', 'chat', null, '{}') as id;

select throws_ok(
    'delete from perf.model_tool_configs',
    '23001',
    'model_tool_configs rows are kept for ever: recorded calls refer to them',
    'refuses to delete a configuration'
);

select throws_ok(
    'truncate perf.model_tool_configs cascade',
    '23001',
    'model_tool_configs rows are kept for ever: recorded calls refer to them',
    'refuses to truncate'
);

select throws_ok(
    $$ update perf.model_tool_configs set id = '30000000-0000-4000-8000-000000000000' $$,
    '23001',
    'model_tool_configs rows are kept for ever: recorded calls refer to them',
    'refuses another id'
);

select lives_ok(
    $$ update perf.model_tool_configs set parameters = '{"seed": 7}' $$,
    'parameters may change'
);

select throws_ok(
    'delete from perf.models',
    '23503',
    null,
    'a model with a configuration cannot be deleted either'
);

select results_eq(
    'select id from perf.model_tool_configs',
    'select id from made',
    'the configuration is still there'
);

select * from finish();
rollback;
