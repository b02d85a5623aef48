begin;
select plan(3);

select lives_ok($$ select perf_internal.lock_partitions('this') $$, 'takes the lock');
select is(
    (select count(*) from pg_locks as l
     where l.pid = pg_backend_pid()
         and l.locktype = 'advisory'
         and l.granted),
    1::bigint,
    'which lasts as long as the transaction'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.lock_partitions('this') $$,
    '42501',
    null,
    'only the owner may call it'
);
select * from finish();
rollback;
