begin;
select plan(26);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
select perf.set_budget('ok', 0.9);

create function pg_temp.change()
returns bigint
language sql as $$
    insert into perf.budgets (budget_name, amount)
    values ('new', 0.9);
    update perf.budgets set amount = 0.8 where budget_name = 'new';
    with gone as (
        delete from perf.budgets as o
        where o.budget_name = 'new' and o.amount = 0.8
        returning 1
    )
    select count(*) from gone
$$;

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.budgets), 1::bigint, 'an admin by token reads');
select is(pg_temp.change(), 1::bigint, 'and writes');
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.budgets), 1::bigint, 'an analyst by token reads');
select throws_ok('select pg_temp.change()', '42501', null, 'and adds nothing');
select is_empty('update perf.budgets set amount = 0.5 returning 1', 'changes nothing');
select is_empty('delete from perf.budgets returning 1', 'and deletes nothing');
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.budgets), 0::bigint, 'a recorder reads nothing');
select throws_ok('select pg_temp.change()', '42501', null, 'and writes nothing');
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.budgets), 0::bigint, 'a stranger reads nothing');
select throws_ok('select pg_temp.change()', '42501', null, 'writes nothing');
select is_empty('update perf.budgets set amount = 0.5 returning 1', 'changes nothing');
select is_empty('delete from perf.budgets returning 1', 'and deletes nothing');
set local role perf_admin;
select is((select count(*) from perf.budgets), 1::bigint, 'perf_admin reads');
select is(pg_temp.change(), 1::bigint, 'and writes');
set local role service_role;
select is((select count(*) from perf.budgets), 1::bigint, 'service_role reads');
select is(pg_temp.change(), 1::bigint, 'and writes');
set local role perf_analyst;
select is((select count(*) from perf.budgets), 1::bigint, 'perf_analyst reads');
select throws_ok(
    $$ insert into perf.budgets (budget_name, amount)
       values ('x', 0.9) $$,
    '42501', null, 'and adds nothing'
);
select throws_ok('update perf.budgets set amount = 0.5', '42501', null, 'changes nothing');
select throws_ok('delete from perf.budgets', '42501', null, 'and deletes nothing');
set local role perf_recorder;
select throws_ok('select * from perf.budgets', '42501', null, 'perf_recorder reads nothing');
select throws_ok('delete from perf.budgets', '42501', null, 'and deletes nothing');
set local role perf_notifier;
select throws_ok('select * from perf.budgets', '42501', null, 'perf_notifier reads nothing');
set local role anon;
select throws_ok('select * from perf.budgets', '42501', null, 'anon reads nothing');
select throws_ok('delete from perf.budgets', '42501', null, 'and deletes nothing');
reset role;

select is(
    (select o.amount from perf.budgets as o),
    0.9::float8,
    'after all that the budget is as it was'
);

select * from finish();
rollback;
