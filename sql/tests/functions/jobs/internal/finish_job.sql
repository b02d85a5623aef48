begin;
select plan(6);

insert into perf.workflows (name) values ('upscale');
insert into perf.jobs (external_id, workflow_id)
select n, f.id from perf.workflows as f cross join unnest('{a,b}'::text[]) as n;

create function pg_temp.finish(text, status text, worker text default null) returns boolean
language sql as $$
    select perf_internal.finish_job(j.id, finish.status, finish.worker, '2020-01-06', null, null)
    from perf.jobs as j
    where j.external_id = $1;
$$;

select throws_like(
    $$ select pg_temp.finish('a', 'completed') $$,
    'worker_name must be given, because job % has no worker',
    'a job completes on a worker'
);
select ok(pg_temp.finish('a', 'completed', 'gpu-1'), 'finishes a job');
select ok(not pg_temp.finish('a', 'completed', 'gpu-2'), 'once');
select throws_ok(
    $$ select pg_temp.finish('a', 'failed') $$, 'PT409', null, 'with one status'
);
select ok(pg_temp.finish('b', 'cancelled'), 'cancels a job');
select is(
    (select count(*) from perf.performance_metrics), 1::bigint, 'which is not measured'
);

select * from finish();
rollback;
