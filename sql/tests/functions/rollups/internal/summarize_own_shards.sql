-- tests/test_citus.py has what it does in a cluster.
begin;
select plan(2);

select throws_ok('select perf_internal.summarize_own_shards()', '42P01', null, 'it needs the tables of Citus');

set local role perf_admin;
select throws_ok('select perf_internal.summarize_own_shards()', '42501', null, 'only the owner may call it');

select * from finish();
rollback;
