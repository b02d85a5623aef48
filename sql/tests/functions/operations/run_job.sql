begin;
select plan(5);

-- It commits, so that it cannot go on here. tests/ has the rest.
select throws_ok(
    $$ call perf.run_job('partitions') $$, '2D000', null, 'needs to be called outside a transaction'
);

set local role service_role;
select throws_ok($$ call perf.run_job('cleanup') $$, '2D000', null, 'service_role may call it');

set local role perf_admin;
select throws_ok($$ call perf.run_job('cleanup') $$, '2D000', null, 'so may perf_admin');

set local role perf_analyst;
select throws_ok($$ call perf.run_job('cleanup') $$, '42501', null, 'perf_analyst may not');

set local role authenticated;
select throws_ok($$ call perf.run_job('cleanup') $$, '42501', null, 'nor may authenticated');

select * from finish();
rollback;
