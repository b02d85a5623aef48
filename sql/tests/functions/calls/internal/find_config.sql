begin;
select plan(8);

create temporary table made as
select perf_internal.add_config('acme/one', 'chat', null, '{"temperature": 1}') as id;

select is(
    perf_internal.find_config('acme/one', 'chat', null, '{"temperature": 1}'),
    (select id from made),
    'finds the configuration of a model, tool and parameter set'
);

select is(
    perf_internal.find_config('acme/one', 'chat', null, '{"temperature": 1.0, "seed": 7}'),
    (select id from made),
    'parameters that do not affect performance make no difference'
);

select is(
    perf_internal.find_config('acme/one', 'chat', 'acme', '{"temperature": 1}'),
    (select id from made),
    'the provider of the model may be named'
);

select is(
    perf_internal.find_config('acme/one', 'chat', 'other', '{"temperature": 1}'),
    null,
    'there is none of another provider'
);

select is(
    perf_internal.find_config('acme/one', 'chat', null, '{"temperature": 0.5}'),
    null,
    'there is none of a new parameter set'
);

select is(
    perf_internal.find_config('acme/two', 'chat', null, '{"temperature": 1}'),
    null,
    'there is none of a new model'
);

select is(
    perf_internal.find_config('acme/one', 'search', null, '{"temperature": 1}'),
    null,
    'there is none of a new tool'
);

select is(
    perf_internal.find_config(null, null, null, null),
    null,
    'there is none of null'
);

select * from finish();
rollback;
