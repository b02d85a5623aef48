begin;
select plan(3);

insert into perf.workers (name) values ('gpu');

select is(
    perf_internal.lock_worker(' gpu '), (select w.id from perf.workers as w), 'finds a worker'
);
select isnt(
    (select w.xmax::text from perf.workers as w), '0', 'and locks it'
);
select throws_ok(
    'select perf_internal.lock_worker(null)',
    '22023',
    'worker_name must have 1 to 200 characters, got null',
    'refuses no name'
);

select * from finish();
rollback;
