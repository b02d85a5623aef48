begin;
select plan(26);

set local timezone = 'UTC';
set local datestyle = 'ISO, YMD';

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
select perf.set_model_price('ok', 0.9, 1);

create function pg_temp.change()
returns bigint
language sql as $$
    insert into perf.model_prices (model_name, valid_from, input_price, output_price)
    values ('new', '2020-01-06', 0.9, 1);
    update perf.model_prices set input_price = 0.8 where model_name = 'new';
    with gone as (
        delete from perf.model_prices as o
        where o.model_name = 'new' and o.input_price = 0.8
        returning 1
    )
    select count(*) from gone
$$;

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.model_prices), 1::bigint, 'an admin by token reads');
select is(pg_temp.change(), 1::bigint, 'and writes');
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.model_prices), 1::bigint, 'an analyst by token reads');
select throws_ok('select pg_temp.change()', '42501', null, 'and adds nothing');
select is_empty('update perf.model_prices set input_price = 0.5 returning 1', 'changes nothing');
select is_empty('delete from perf.model_prices returning 1', 'and deletes nothing');
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.model_prices), 0::bigint, 'a recorder reads nothing');
select throws_ok('select pg_temp.change()', '42501', null, 'and writes nothing');
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.model_prices), 0::bigint, 'a stranger reads nothing');
select throws_ok('select pg_temp.change()', '42501', null, 'writes nothing');
select is_empty('update perf.model_prices set input_price = 0.5 returning 1', 'changes nothing');
select is_empty('delete from perf.model_prices returning 1', 'and deletes nothing');
set local role perf_admin;
select is((select count(*) from perf.model_prices), 1::bigint, 'perf_admin reads');
select is(pg_temp.change(), 1::bigint, 'and writes');
set local role service_role;
select is((select count(*) from perf.model_prices), 1::bigint, 'service_role reads');
select is(pg_temp.change(), 1::bigint, 'and writes');
set local role perf_analyst;
select is((select count(*) from perf.model_prices), 1::bigint, 'perf_analyst reads');
select throws_ok(
    $$ insert into perf.model_prices (model_name, valid_from, input_price, output_price)
       values ('x', '2020-01-06', 0.9, 1) $$,
    '42501', null, 'and adds nothing'
);
select throws_ok('update perf.model_prices set input_price = 0.5', '42501', null, 'changes nothing');
select throws_ok('delete from perf.model_prices', '42501', null, 'and deletes nothing');
set local role perf_recorder;
select throws_ok('select * from perf.model_prices', '42501', null, 'perf_recorder reads nothing');
select throws_ok('delete from perf.model_prices', '42501', null, 'and deletes nothing');
set local role perf_notifier;
select throws_ok('select * from perf.model_prices', '42501', null, 'perf_notifier reads nothing');
set local role anon;
select throws_ok('select * from perf.model_prices', '42501', null, 'anon reads nothing');
select throws_ok('delete from perf.model_prices', '42501', null, 'and deletes nothing');
reset role;

select is(
    (select o.input_price from perf.model_prices as o),
    0.9::float8,
    'after all that the price is as it was'
);

select * from finish();
rollback;
