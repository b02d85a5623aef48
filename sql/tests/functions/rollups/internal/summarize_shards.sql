-- tests/test_citus.py has what it does in a cluster.
begin;
select plan(3);

select lives_ok(
    'select perf_internal.summarize_shards(25000, 49999)',
    'other machines are not asked while runs count fewer than 25000 rows'
);
select throws_ok(
    'select perf_internal.summarize_shards(49999, 50000)', '42883', null, 'then it needs Citus'
);

set local role perf_admin;
select throws_ok(
    'select perf_internal.summarize_shards(1, 2)', '42501', null, 'only the owner may call it'
);

select * from finish();
rollback;
