begin;
select plan(7);

select lives_ok($$ select perf_internal.lock_rollup('calls') $$, 'takes the lock');

select is(
    (select array_agg(l.mode) from pg_locks as l
     where l.relation = 'perf_internal.rollup_state'::regclass
         and l.pid = pg_backend_pid()
         and l.mode = 'RowShareLock'),
    '{RowShareLock}',
    'which lasts as long as the transaction'
);

select is(
    (select array_agg(l.mode) from pg_locks as l
     where l.relation = 'perf_internal.origin'::regclass and l.pid = pg_backend_pid()),
    '{AccessShareLock}',
    'with that on the origin'
);

select lives_ok($$ select perf_internal.lock_rollup('calls') $$, 'takes it again');

select throws_ok(
    $$ select perf_internal.lock_rollup('nobody') $$,
    'PT409',
    'there is no rollup state of "nobody"',
    'without a state nobody could say what is new'
);

update perf_internal.database_origin set origin = gen_random_uuid();
select throws_ok(
    $$ select perf_internal.lock_rollup('calls') $$,
    'PT409',
    'rows of another cluster were restored here and not adopted',
    'nor while rows are restored and not adopted'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.lock_rollup('calls') $$, '42501', null, 'only the owner may call it'
);

select * from finish();
rollback;
