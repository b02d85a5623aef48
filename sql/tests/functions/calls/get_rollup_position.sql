begin;
select plan(6);

update perf_internal.rollup_state set snapshot_xmax = 700, in_progress = '{690,695}';

select results_eq(
    $$ select * from perf_internal.get_rollup_position('calls') $$,
    $$ values (700::bigint, '{690,695}'::bigint[]) $$,
    'tells the snapshot of the last run'
);

select results_eq(
    $$ select * from perf_internal.get_rollup_position('jobs of nobody') $$,
    'select null::bigint, null::bigint[]',
    'an unknown pipeline has none'
);

select results_eq(
    'select * from perf_internal.get_rollup_position(null)',
    'select null::bigint, null::bigint[]',
    'null has none'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select results_eq(
    $$ select * from perf_internal.get_rollup_position('calls') $$,
    'select null::bigint, null::bigint[]',
    'a stranger learns none'
);

-- As between the data and the end of a restore.
reset role;
refresh materialized view perf_internal.origin with no data;

select throws_ok(
    $$ select * from perf_internal.get_rollup_position('calls') $$,
    '55000',
    'materialized view "origin" has not been populated',
    'nobody learns one while a restore is under way'
);

refresh materialized view perf_internal.origin;
update perf_internal.rollup_state set origin = gen_random_uuid();
select throws_ok(
    $$ select * from perf_internal.get_rollup_position('calls') $$,
    '55000',
    'calls of another cluster were restored here and not adopted',
    'nor when the data was restored without the end'
);

select * from finish();
rollback;
