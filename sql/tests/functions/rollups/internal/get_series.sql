begin;
select plan(16);

select is_empty(
    $$ select * from perf_internal.get_series('calls', '{"colour": "red"}', '{colour}') $$,
    'where there are no series, it cannot know the names of labels'
);

create temporary table made as
select m.series, perf_internal.add_config(m.model, m.tool, null, m.parameters) as id
from (
    values
        ('one chat', 'acme/one', 'chat', '{"streaming": true, "user": "ada"}'::jsonb),
        ('one search', 'acme/one', 'search', '{}'),
        ('two chat', 'other/two', 'chat', '{"max_tokens": 10}')
) as m (series, model, tool, parameters);
update perf.models as m set model_type = 'sdxl' where m.name = 'acme/one';

create function pg_temp.series(labels jsonb default '{}', group_by text[] default '{}')
returns table (series text, group_labels jsonb)
language sql
as $$
    select m.series, s.group_labels
    from perf_internal.get_series('calls', labels, group_by) as s
    join made as m on m.id = s.series_id
    order by 1
$$;

select results_eq(
    'select * from pg_temp.series()',
    $$ values ('one chat', '{}'::jsonb), ('one search', '{}'), ('two chat', '{}') $$,
    'without labels it is every series'
);
select results_eq(
    $$ select series from pg_temp.series('{"model": "acme/one"}') $$,
    $$ values ('one chat'), ('one search') $$,
    'a label chooses'
);
select results_eq(
    $$ select series from pg_temp.series('{"model": "acme/one", "tool": "chat"}') $$,
    $$ values ('one chat') $$,
    'of several all must be there'
);
select results_eq(
    $$ select series from pg_temp.series('{"parameters": {"streaming": true}}') $$,
    $$ values ('one chat') $$,
    'a label that is an object is chosen by what is in it'
);
select is_empty(
    $$ select * from pg_temp.series('{"parameters": {"user": "ada"}}') $$,
    'parameters that do not affect performance are not labels'
);
select is_empty(
    $$ select * from pg_temp.series('{"model": "acme/three"}') $$,
    'a value that none has chooses none'
);
select throws_ok(
    format('select * from pg_temp.series(%L, %L)', l.labels, l.group_by),
    '22023',
    'labels and group_by must name labels, got "colour"',
    l.description
)
from (
    values
        ('{"colour": "red"}', '{}', 'refuses a label that no series has'),
        ('{"tool": "chat"}', '{model,colour}', 'refuses to group by one')
) as l (labels, group_by, description);
select is((select count(*) from pg_temp.series(null)), 3::bigint, 'null labels are none');

select results_eq(
    $$ select * from pg_temp.series('{}', '{tool}') $$,
    $$ values ('one chat', '{"tool": "chat"}'::jsonb), ('one search', '{"tool": "search"}'),
        ('two chat', '{"tool": "chat"}') $$,
    'the labels of the group are those that group_by names'
);
select results_eq(
    $$ select * from pg_temp.series('{"tool": "chat"}', '{model_type,model}') $$,
    $$ values
        ('one chat', '{"model": "acme/one", "model_type": "sdxl"}'::jsonb),
        ('two chat', '{"model": "other/two", "model_type": null}') $$,
    'null where a series has none'
);
select results_eq(
    $$ select * from pg_temp.series('{"model": "other/two"}', '{parameters}') $$,
    $$ values ('two chat', '{"parameters": {"max_tokens": 10}}'::jsonb) $$,
    'they keep their types'
);

select throws_ok(
    $$ select * from perf_internal.get_series('other') $$,
    'PT404',
    'there is no pipeline "other"',
    'refuses an unknown pipeline'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf_internal.get_series('calls') $$,
    'PT404',
    null,
    'a stranger sees neither pipeline nor series'
);

set local role perf_recorder;
select throws_ok(
    $$ select * from perf_internal.get_series('calls') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);

select * from finish();
rollback;
