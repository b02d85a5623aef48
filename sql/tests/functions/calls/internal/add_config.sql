begin;
select plan(12);

create temporary table made as
select perf_internal.add_config('acme/one', 'chat', null, '{"temperature": 1, "seed": 7}') as id;

select results_eq(
    $$ select m.name, m.provider, t.name, c.parameters
       from made as x
       join perf.model_tool_configs as c on c.id = x.id
       join perf.models as m on m.id = c.model_id
       join perf.tools as t on t.id = c.tool_id $$,
    $$ values ('acme/one', 'acme', 'chat', '{"temperature": 1, "seed": 7}'::jsonb) $$,
    'makes model, tool and configuration, the provider read from the name'
);

select is(
    perf_internal.add_config('acme/one', 'chat', null, '{"temperature": 1, "seed": 7}'),
    (select id from made),
    'a second run finds the same configuration'
);

select is(
    perf_internal.add_config('acme/one', 'chat', null, '{"temperature": 1.0, "seed": 8}'),
    (select id from made),
    'parameters that do not affect performance make no new configuration'
);

select is(
    (select c.parameters from perf.model_tool_configs as c join made as x on x.id = c.id),
    '{"temperature": 1, "seed": 7}'::jsonb,
    'and the parameters stay those of the first call'
);

select isnt(
    perf_internal.add_config('acme/one', 'chat', null, '{"temperature": 2}'),
    (select id from made),
    'other parameters make another configuration'
);

select is(
    (select count(*) from perf.models),
    1::bigint,
    'a known model is not made again'
);

select is(
    (select count(*) from perf.tools),
    1::bigint,
    'a known tool is not made again'
);

create temporary table routed as
select perf_internal.add_config('acme/one', 'chat', 'other', '{}') as id;
select is(
    (select c.provider from perf.model_tool_configs as c join routed as r on r.id = c.id),
    'other',
    'another provider of a known model makes another configuration'
);

select lives_ok(
    $$ select perf_internal.add_config('two', 'chat', null, '{}') $$,
    'a name without a provider is taken'
);

select is(
    (select provider from perf.models where name = 'two'),
    'unknown',
    'its provider is unknown'
);

select lives_ok(
    $$ select perf_internal.add_config('two', 'chat', 'late', '{}') $$,
    'a provider named later is taken'
);

select is(
    (select provider from perf.models where name = 'two'),
    'late',
    'and replaces unknown'
);

select * from finish();
rollback;
