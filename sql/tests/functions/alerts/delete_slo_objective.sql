begin;
select plan(9);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.set_slo_objective(o.name, 'success_rate', 0.9)
from (values ('one'), ('two'), ('three')) as o (name);

select is(perf.delete_slo_objective(' one '), true, 'deletes the objective of this name');
select is(
    array(select o.objective_name from perf.slo_objectives as o order by 1),
    array['three', 'two'],
    'and no other'
);
select is(perf.delete_slo_objective('one'), false, 'a second time there is none');
select is(perf.delete_slo_objective(null), false, 'nor of no name');

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok($$ select perf.delete_slo_objective('two') $$, '42501', null, 'an analyst may not');
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is(perf.delete_slo_objective('two'), true, 'an admin may');
set local role perf_admin;
select is(perf.delete_slo_objective('three'), true, 'perf_admin may');
set local role perf_recorder;
select throws_ok($$ select perf.delete_slo_objective('x') $$, '42501', null, 'perf_recorder may not');
set local role anon;
select throws_ok($$ select perf.delete_slo_objective('x') $$, '42501', null, 'anon may not');

select * from finish();
rollback;
