begin;
select plan(8);

create temporary table made as
select perf_internal.add_config('acme/one', 'chat', null, '{"temperature": 1, "seed": 7}') as id
union all
select perf_internal.add_config('acme/two', 'search', null, '{}');

create function pg_temp.groups(keys text[])
returns table (model_name text, tool_name text, provider text, parameters jsonb)
language sql
as $$
    select g.model_name, g.tool_name, g.provider, g.parameters
    from perf_internal.get_config_groups(array(select id from made), keys) as g
    order by 1, 2, 3, 4
$$;

select results_eq(
    $$ select * from pg_temp.groups('{model}') $$,
    $$ values
        ('acme/one', null::text, 'acme', null::jsonb),
        ('acme/two', null, 'acme', null) $$,
    'a model comes with its provider'
);

select results_eq(
    $$ select * from pg_temp.groups('{tool}') $$,
    $$ values
        (null::text, 'chat', null::text, null::jsonb),
        (null, 'search', null, null) $$,
    'a tool comes alone'
);

select results_eq(
    $$ select * from pg_temp.groups('{provider}') $$,
    $$ values
        (null::text, null::text, 'acme', null::jsonb),
        (null, null, 'acme', null) $$,
    'so does a provider'
);

select results_eq(
    $$ select * from pg_temp.groups('{parameters}') $$,
    $$ values
        (null::text, null::text, null::text, '{}'::jsonb),
        (null, null, null, '{"temperature": 1}') $$,
    'parameters are those that affect performance'
);

select results_eq(
    $$ select * from pg_temp.groups('{parameters,tool,model}') $$,
    $$ values
        ('acme/one', 'chat', 'acme', '{"temperature": 1}'::jsonb),
        ('acme/two', 'search', 'acme', '{}') $$,
    'several keys together'
);

select results_eq(
    $$ select * from pg_temp.groups('{}') $$,
    $$ values
        (null::text, null::text, null::text, null::jsonb),
        (null, null, null, null) $$,
    'without keys all is one group'
);

select set_eq(
    $$ select g.model_tool_config_id
       from perf_internal.get_config_groups(array(select id from made), '{}') as g $$,
    'select id from made',
    'each configuration comes once'
);

select is_empty(
    $$ select * from perf_internal.get_config_groups('{}', '{model}') $$,
    'no configurations have no groups'
);

select * from finish();
rollback;
