begin;
select plan(5);

select lives_ok($$ select perf_internal.lock_rollup('calls') $$, 'takes the lock');

select is(
    (select array_agg(l.mode) from pg_locks as l
     where l.relation = 'perf_internal.rollup_state'::regclass
         and l.pid = pg_backend_pid()
         and l.mode = 'RowShareLock'),
    '{RowShareLock}',
    'which lasts as long as the transaction'
);

select lives_ok($$ select perf_internal.lock_rollup('calls') $$, 'takes it again');

update perf_internal.rollup_state set origin = array[1, 1];

select perf_internal.lock_rollup('calls');

select results_eq(
    'select s.origin from perf_internal.rollup_state as s',
    'select array[o.system_identifier, o.first_transaction_id] from perf_internal.origin as o',
    'in a restored database it adopts the calls'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.lock_rollup('calls') $$, '42501', null, 'only the owner may call it'
);

select * from finish();
rollback;
