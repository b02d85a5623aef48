begin;
select plan(6);

insert into perf.models (id, name, provider)
values ('10000000-0000-4000-8000-000000000000', 'acme/one', 'acme');
insert into perf.tools (id, name) values ('20000000-0000-4000-8000-000000000000', 'chat');
insert into perf.model_tool_configs (id, model_id, tool_id, parameters) values (
    '30000000-0000-4000-8000-000000000000',
    '10000000-0000-4000-8000-000000000000',
    '20000000-0000-4000-8000-000000000000',
    '{"temperature": 1, "seed": 7}'
);

select is(
    (select parameter_hash from perf.model_tool_configs),
    md5('{"temperature": 1}'),
    'a new row has the hash of its parameters'
);

update perf.model_tool_configs set parameters = '{"temperature": 0}';

select is(
    (select parameter_hash from perf.model_tool_configs),
    md5('{"temperature": 0}'),
    'new parameters change the hash'
);

update perf.model_tool_configs set parameter_hash = 'wrong';

select is(
    (select parameter_hash from perf.model_tool_configs),
    md5('{"temperature": 0}'),
    'a hash by hand is put right'
);

select throws_ok(
    $$ insert into perf.model_tool_configs (model_id, tool_id, parameters, parameter_hash)
       select model_id, tool_id, '{"temperature": 0.0}', 'mine' from perf.model_tool_configs $$,
    '23505',
    null,
    'so two rows cannot hold one parameter set'
);

select throws_ok(
    $$ insert into perf.model_tool_configs (model_id, tool_id, parameters)
       select model_id, tool_id, null from perf.model_tool_configs $$,
    '23502',
    null,
    'refuses parameters of null'
);

select throws_ok(
    $$ update perf.model_tool_configs set parameters = '[]' $$,
    '22023',
    null,
    'refuses parameters that are no object'
);

select * from finish();
rollback;
