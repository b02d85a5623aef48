begin;
select plan(4);

create temporary table made as select perf_internal.add_worker(' gpu-1 ') as id;

select results_eq(
    'select w.id, w.name from perf.workers as w',
    $$ select m.id, 'gpu-1' from made as m $$,
    'adds a worker, without spaces around its name'
);
select is(perf_internal.add_worker('gpu-1'), (select m.id from made as m), 'or finds it');
select throws_ok(
    'select perf_internal.add_worker(null)',
    '22023',
    'worker_name must have 1 to 200 characters, got null',
    'refuses null'
);
select throws_ok(
    $$ select perf_internal.add_worker(E'a\r\n') $$,
    '22023',
    E'worker_name must have no control characters, got "a\\r\\n"',
    'refuses control characters'
);

select * from finish();
rollback;
