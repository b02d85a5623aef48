begin;
select plan(3);

insert into perf.workflows (name) values ('upscale'), ('interpolate');

select is(
    (select perf_internal.get_workflow_name(f.id) from perf.workflows as f where f.name = 'upscale'),
    'upscale',
    'is the name of a workflow'
);
select throws_ok(
    'select perf_internal.get_workflow_name(0)',
    'PT404',
    'there is no workflow 0',
    'refuses an id that no workflow has'
);
select throws_ok(
    'select perf_internal.get_workflow_name(null)',
    'PT404',
    'there is no workflow null',
    'and null'
);

select * from finish();
rollback;
