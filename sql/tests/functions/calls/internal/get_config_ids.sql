begin;
select plan(14);

create temporary table made as
select
    c.label,
    perf_internal.add_config(c.model, c.tool, null, c.parameters) as id
from (
    values
        ('a', 'acme/one', 'chat', '{}'::jsonb),
        ('b', 'acme/one', 'chat', '{"temperature": 1, "streaming": true}'),
        ('c', 'acme/two', 'search', '{"temperature": 1}'),
        ('d', 'other/one', 'chat', '{}')
) as c (label, model, tool, parameters);

create function pg_temp.labels(ids uuid[])
returns text
language sql
as $$ select coalesce(string_agg(label, '' order by label), '') from made where id = any(ids) $$;

select is(pg_temp.labels(perf_internal.get_config_ids()), 'abcd', 'by default finds all');
select is(pg_temp.labels(perf_internal.get_config_ids('acme/one')), 'ab', 'finds by model');
select is(
    pg_temp.labels(perf_internal.get_config_ids(tool_name => 'chat')), 'abd', 'finds by tool'
);
select is(
    pg_temp.labels(perf_internal.get_config_ids(provider => 'acme')), 'abc', 'finds by provider'
);
select is(
    pg_temp.labels(perf_internal.get_config_ids(parameters => '{"temperature": 1.0}')),
    'bc',
    'finds every parameter set that has the given value'
);
select is(
    pg_temp.labels(perf_internal.get_config_ids(parameters => '{}')),
    'abcd',
    'no parameters ask for any'
);
select is(
    pg_temp.labels(
        perf_internal.get_config_ids('acme/one', 'chat', 'acme', '{"streaming": true}')
    ),
    'b',
    'all conditions hold together'
);
select is(
    perf_internal.get_config_ids('acme/one', 'search'),
    '{}',
    'a model and tool that never met have none'
);
select is(
    perf_internal.get_config_ids(provider => 'nobody'), '{}', 'an unknown provider has none'
);

select throws_ok(
    $$ select perf_internal.get_config_ids('acme/three') $$,
    'PT404',
    'there is no model "acme/three"',
    'an unknown model is not found'
);

select throws_ok(
    $$ select perf_internal.get_config_ids('') $$,
    'PT404',
    'there is no model ""',
    'an empty model is not found'
);

select throws_ok(
    $$ select perf_internal.get_config_ids(tool_name => 'walk') $$,
    'PT404',
    'there is no tool "walk"',
    'an unknown tool is not found'
);

select throws_ok(
    $$ select perf_internal.get_config_ids(parameters => '{"temperature": 1, "seed": 7}') $$,
    '22023',
    'parameters can be filtered by what affects performance, got "seed"',
    'refuses a parameter that is not kept apart'
);

select throws_ok(
    $$ select perf_internal.get_config_ids(parameters => '[1]') $$,
    '22023',
    'parameters must be a JSON object, got "[1]"',
    'refuses parameters that are no object'
);

select * from finish();
rollback;
