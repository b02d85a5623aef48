begin;
select plan(23);

create temporary table made as
select
    c.label,
    perf_internal.add_config(c.model, c.tool, null, c.parameters) as id
from (
    values
        ('a', 'acme/one', 'chat', '{}'::jsonb),
        ('b', 'acme/one', 'chat', '{"temperature": 1, "streaming": true, "seed": 7}'),
        ('c', 'acme/two', 'search', '{"temperature": 1}'),
        ('d', 'other/one', 'chat', '{}')
) as c (label, model, tool, parameters);

create function pg_temp.ids(
    model_name text default null,
    tool_name text default null,
    provider text default null,
    parameters jsonb default null
)
returns uuid[]
language sql
as $$
    select g.config_ids
    from perf_internal.get_config_groups(model_name, tool_name, provider, parameters) as g
$$;

create function pg_temp.labels(ids uuid[])
returns text
language sql
as $$ select coalesce(string_agg(label, '' order by label), '') from made where id = any(ids) $$;

select is(pg_temp.labels(pg_temp.ids()), 'abcd', 'by default finds all');
select is(pg_temp.labels(pg_temp.ids('acme/one')), 'ab', 'finds by model');
select is(
    pg_temp.labels(pg_temp.ids(tool_name => 'chat')), 'abd', 'finds by tool'
);
select is(
    pg_temp.labels(pg_temp.ids(provider => 'acme')), 'abc', 'finds by provider'
);
select is(
    pg_temp.labels(pg_temp.ids(parameters => '{"temperature": 1.0}')),
    'bc',
    'finds every parameter set that has the given value'
);
select is(
    pg_temp.labels(pg_temp.ids(parameters => '{}')),
    'abcd',
    'no parameters ask for any'
);
select is(
    pg_temp.labels(
        pg_temp.ids('acme/one', 'chat', 'acme', '{"streaming": true}')
    ),
    'b',
    'all conditions hold together'
);
select is(
    pg_temp.ids('acme/one', 'search'),
    '{}',
    'a model and tool that never met have none'
);
select is(
    pg_temp.ids(provider => 'nobody'), '{}', 'an unknown provider has none'
);

select throws_ok(
    $$ select pg_temp.ids('acme/three') $$,
    'PT404',
    'there is no model "acme/three"',
    'an unknown model is not found'
);

select throws_ok(
    $$ select pg_temp.ids('') $$,
    'PT404',
    'there is no model ""',
    'an empty model is not found'
);

select throws_ok(
    $$ select pg_temp.ids(tool_name => 'walk') $$,
    'PT404',
    'there is no tool "walk"',
    'an unknown tool is not found'
);

select throws_ok(
    $$ select pg_temp.ids(parameters => '{"temperature": 1, "seed": 7}') $$,
    '22023',
    'parameters can be filtered by what affects performance, got "seed"',
    'refuses a parameter that is not kept apart'
);

select throws_ok(
    $$ select pg_temp.ids(parameters => '[1]') $$,
    '22023',
    'parameters must be a JSON object, got "[1]"',
    'refuses parameters that are no object'
);

-- Which configurations are in which group.
create function pg_temp.groups(keys text[])
returns table (labels text, "group" jsonb)
language sql
as $$
    select string_agg(m.label, '' order by m.label), g.groups[u.group_number]
    from perf_internal.get_config_groups(group_by => keys) as g
    cross join lateral unnest(g.config_ids, g.group_numbers) as u (config_id, group_number)
    join made as m on m.id = u.config_id
    group by 2
    order by 1
$$;

select results_eq(
    $$ select * from pg_temp.groups('{model}') $$,
    $$ values
        ('ab', '{"model": "acme/one", "provider": "acme"}'::jsonb),
        ('c', '{"model": "acme/two", "provider": "acme"}'),
        ('d', '{"model": "other/one", "provider": "other"}') $$,
    'a model comes with its provider'
);
select results_eq(
    $$ select * from pg_temp.groups('{tool}') $$,
    $$ values ('abd', '{"tool": "chat"}'::jsonb), ('c', '{"tool": "search"}') $$,
    'a tool comes alone'
);
select results_eq(
    $$ select * from pg_temp.groups('{provider}') $$,
    $$ values ('abc', '{"provider": "acme"}'::jsonb), ('d', '{"provider": "other"}') $$,
    'so does a provider'
);
select results_eq(
    $$ select * from pg_temp.groups('{parameters}') $$,
    $$ values
        ('ad', '{"parameters": {}}'::jsonb),
        ('b', '{"parameters": {"streaming": true, "temperature": 1}}'),
        ('c', '{"parameters": {"temperature": 1}}') $$,
    'parameters are those that affect performance'
);
select results_eq(
    $$ select * from pg_temp.groups('{parameters,tool}') $$,
    $$ values
        ('ad', '{"tool": "chat", "parameters": {}}'::jsonb),
        ('b', '{"tool": "chat", "parameters": {"streaming": true, "temperature": 1}}'),
        ('c', '{"tool": "search", "parameters": {"temperature": 1}}') $$,
    'several keys together'
);
select results_eq(
    $$ select * from pg_temp.groups('{}') $$,
    $$ values ('abcd', null::jsonb) $$,
    'without keys all is one group'
);
select results_eq(
    $$ select g.group_numbers, g.groups
       from perf_internal.get_config_groups(tool_name => 'search', group_by => '{tool}') as g $$,
    $$ values ('{1}'::integer[], array['{"tool": "search"}'::jsonb]) $$,
    'groups are numbered from 1'
);
select results_eq(
    $$ select g.config_ids, g.group_numbers
       from perf_internal.get_config_groups(provider => 'nobody', group_by => '{model}') as g $$,
    $$ values ('{}'::uuid[], null::integer[]) $$,
    'no configurations have no groups'
);

set local role perf_recorder;
select throws_ok(
    'select * from perf_internal.get_config_groups()', '42501', null, 'perf_recorder may not ask'
);

select * from finish();
rollback;
