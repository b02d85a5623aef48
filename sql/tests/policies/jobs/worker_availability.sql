begin;
select plan(28);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');
insert into perf.workers (name) values ('gpu-1');
insert into perf.worker_availability (worker_id, available_from, available_until)
select w.id, '2020-01-06 00:00+00', '2020-01-06 12:00+00' from perf.workers as w;

create function pg_temp.change()
returns bigint
language sql
as $$
    with changed as (
        update perf.worker_availability set available_until = '2020-01-06 13:00+00' returning 1
    )
    select count(*) from changed
$$;
create function pg_temp.remove()
returns bigint
language sql
as $$
    with gone as (
        delete from perf.worker_availability as a
        where a.available_from = '2020-01-07 00:00+00'
        returning 1
    )
    select count(*) from gone
$$;

set local role authenticated;

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.worker_availability), 1::bigint, 'an admin by token reads times'
);
select lives_ok(
    $$ insert into perf.worker_availability (worker_id, available_from, available_until)
       select w.id, '2020-01-07 00:00+00', '2020-01-07 12:00+00'
       from perf.workers as w $$,
    'adds one'
);
select is(pg_temp.remove(), 1::bigint, 'deletes one');
select is(pg_temp.change(), 1::bigint, 'and changes one');

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.worker_availability), 1::bigint, 'an analyst by token reads times'
);
select throws_ok(
    $$ insert into perf.worker_availability (worker_id, available_from, available_until)
       select w.id, '2020-01-07 00:00+00', '2020-01-07 12:00+00'
       from perf.workers as w $$,
    '42501',
    null,
    'adds none'
);
select is(pg_temp.change(), 0::bigint, 'changes none');
select is(pg_temp.remove(), 0::bigint, 'and deletes none');

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.worker_availability),
    0::bigint,
    'a recorder by token reads nothing back'
);
select is(pg_temp.change(), 0::bigint, 'and changes none');

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.worker_availability),
    0::bigint,
    'a stranger with a token reads nothing'
);
select is(pg_temp.change(), 0::bigint, 'and changes none');

set local request.jwt.claims = '';
select is(
    (select count(*) from perf.worker_availability),
    0::bigint,
    'nor is there anything without a token'
);

set local role perf_admin;
select is((select count(*) from perf.worker_availability), 1::bigint, 'perf_admin reads times');
select lives_ok(
    $$ insert into perf.worker_availability (worker_id, available_from, available_until)
       select w.id, '2020-01-07 00:00+00', '2020-01-07 12:00+00'
       from perf.workers as w $$,
    'adds one'
);
select is(pg_temp.remove(), 1::bigint, 'deletes one');
select is(pg_temp.change(), 1::bigint, 'and changes one');

set local role service_role;
select is((select count(*) from perf.worker_availability), 1::bigint, 'service_role reads times');
select lives_ok(
    $$ insert into perf.worker_availability (worker_id, available_from, available_until)
       select w.id, '2020-01-07 00:00+00', '2020-01-07 12:00+00'
       from perf.workers as w $$,
    'adds one'
);
select is(pg_temp.remove(), 1::bigint, 'deletes one');
select is(pg_temp.change(), 1::bigint, 'and changes one');

set local role perf_analyst;
select is((select count(*) from perf.worker_availability), 1::bigint, 'perf_analyst reads times');
select throws_ok('select pg_temp.change()', '42501', null, 'changes none');
select throws_ok('select pg_temp.remove()', '42501', null, 'and deletes none');

set local role perf_recorder;
select throws_ok(
    'select * from perf.worker_availability', '42501', null, 'perf_recorder reads nothing'
);
select throws_ok('select pg_temp.remove()', '42501', null, 'and deletes none');

set local role anon;
select throws_ok('select * from perf.worker_availability', '42501', null, 'anon reads nothing');
select throws_ok('select pg_temp.remove()', '42501', null, 'and deletes none');

select * from finish();
rollback;
