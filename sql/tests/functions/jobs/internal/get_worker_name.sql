begin;
select plan(3);

insert into perf.workers (name) values ('gpu-1'), ('gpu-2');

select is(
    (select perf_internal.get_worker_name(w.id) from perf.workers as w where w.name = 'gpu-1'),
    'gpu-1',
    'is the name of a worker'
);
select throws_ok(
    'select perf_internal.get_worker_name(0)',
    'PT404',
    'there is no worker 0',
    'refuses an id that no worker has'
);
select throws_ok(
    'select perf_internal.get_worker_name(null)',
    'PT404',
    'there is no worker null',
    'and null'
);

select * from finish();
rollback;
