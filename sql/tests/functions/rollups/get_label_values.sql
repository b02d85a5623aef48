begin;
select plan(13);

select is_empty(
    $$ select perf.get_label_values('colour') $$, 'without series no label has values'
);

select perf.record_call(c.model, c.tool, 1, call_timestamp => '2020-02-03 10:00+00')
from (
    values ('b/two', 'chat'), ('a/one', 'chat'), ('a/one', 'search')
) as c (model, tool);
select perf.register_workflow('sketch');
select perf.register_worker('gpu-1');
select perf.record_job_metrics(
    workflow_name => 'portrait', worker_name => 'gpu-1', completed_at => '2020-02-03 10:00+00',
    total_wall_time_ms => 1000, model_type => 'sdxl'
);

create function pg_temp.list(label text, pipeline text default null)
returns text
language sql
as $$
    select coalesce(string_agg(v.value, ' ' order by v.number), 'none')
    from perf.get_label_values(list.label, list.pipeline) with ordinality as v (value, number)
$$;
select is(pg_temp.list('model'), 'a/one b/two', 'lists the values of a label once, sorted');
select is(pg_temp.list('tool', 'calls'), 'chat search', 'of a pipeline');
select is(pg_temp.list('workflow', 'jobs'), 'portrait', 'also of jobs, those that series have');
select is(pg_temp.list('worker'), 'gpu-1', 'or of all pipelines');
select is(pg_temp.list('provider', 'calls'), 'a b', 'what a series does not have is left out');

select throws_ok(
    format('select perf.get_label_values(%L, %L)', l.label, l.pipeline),
    '22023',
    format('label must be a label of series, got %s', l.shown),
    'refuses ' || l.shown
)
from (
    values ('tols', null, '"tols"'), ('workflow', 'calls', '"workflow"')
) as l (label, pipeline, shown);
select throws_ok(
    $$ select perf.get_label_values('model', 'call') $$,
    'PT404',
    'there is no pipeline "call"',
    'refuses a pipeline that is none'
);
select throws_ok(
    $$ select perf.get_label_values('model', max_rows => 1) $$,
    '22023',
    'the answer has more rows than max_rows allows, which is 1',
    'refuses more values than max_rows'
);
select is(
    (select count(*) from perf.get_label_values('model', max_rows => 2)), 2::bigint,
    'as many pass'
);

set local role perf_analyst;
select is(pg_temp.list('model'), 'a/one b/two', 'perf_analyst may ask');
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.get_label_values('model') $$,
    '42501',
    'this needs the role analyst',
    'a stranger may not'
);

select * from finish();
rollback;
