begin;
select plan(5);

update perf_internal.rollup_state set snapshot_xmax = 700, in_progress = '{690,695}';

select results_eq(
    $$ select * from perf_internal.get_rollup_position('calls') $$,
    $$ values (700::bigint, '{690,695}'::bigint[], null::bigint) $$,
    'tells the snapshot of the last run'
);

update perf_internal.rollup_state set origin = array[1, 1];

select results_eq(
    $$ select p.restored_before
       from perf_internal.get_rollup_position('calls') as p $$,
    'select o.first_transaction_id % 4294967296 from perf_internal.origin as o',
    'in a database restored since, also the first transaction after the restore'
);

select results_eq(
    $$ select * from perf_internal.get_rollup_position('jobs of nobody') $$,
    'select null::bigint, null::bigint[], null::bigint',
    'an unknown pipeline has none'
);

select results_eq(
    'select * from perf_internal.get_rollup_position(null)',
    'select null::bigint, null::bigint[], null::bigint',
    'null has none'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select results_eq(
    $$ select * from perf_internal.get_rollup_position('calls') $$,
    'select null::bigint, null::bigint[], null::bigint',
    'a stranger learns none'
);

select * from finish();
rollback;
