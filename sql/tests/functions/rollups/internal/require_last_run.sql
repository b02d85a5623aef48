begin;
select plan(5);

select is(
    perf_internal.require_last_run('calls'), '{}'::bigint[], 'on one machine nothing is unsettled'
);

create or replace function perf_internal.get_unsettled()
returns bigint[]
language sql
as 'select ''{690,695}''::bigint[]';
update perf_internal.rollup_state set run_id = 689;
select is(
    perf_internal.require_last_run('calls'),
    '{690,695}'::bigint[],
    'it returns what others have to leave out'
);

update perf_internal.rollup_state set run_id = 690 where pipeline = 'calls';
select throws_ok(
    $$ select perf_internal.require_last_run('calls') $$,
    'PT409',
    'the last run of pipeline "calls" is not yet over on every node',
    'it refuses while the last run is among it'
);
select is(
    perf_internal.require_last_run('jobs'), '{690,695}'::bigint[], 'each pipeline has its own runs'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.require_last_run('jobs') $$,
    '42501',
    null,
    'only the owner may call it'
);

select * from finish();
rollback;
