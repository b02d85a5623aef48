begin;
select plan(4);

select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.set_budget('all', 1);
select is(perf.delete_budget(' all '), true, 'deletes a budget');
select is(perf.delete_budget('all'), false, 'once');
select is(perf.delete_budget(null), false, 'and none of no name');
set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok($$ select perf.delete_budget('all') $$, '42501', null, 'an analyst deletes none');

select * from finish();
rollback;
