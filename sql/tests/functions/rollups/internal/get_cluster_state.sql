-- tests/test_citus.py has what it says of a cluster.
begin;
select plan(3);

select is(
    (select s.status from perf_internal.get_cluster_state() as s),
    null,
    'there is nothing to say of one machine'
);

set local role perf_analyst;
select lives_ok('select perf_internal.get_cluster_state()', 'an analyst may ask');

set local role authenticated;
select throws_ok(
    'select perf_internal.get_cluster_state()',
    '42501',
    'this needs the role analyst or admin',
    'others may not'
);

select * from finish();
rollback;
