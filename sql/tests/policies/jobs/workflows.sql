begin;
select plan(31);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');
insert into perf.workflows (name) values ('one');

create function pg_temp.change()
returns bigint
language sql
as $$
    with changed as (
        update perf.workflows set created_at = '2020-01-06 00:00+00' returning 1
    )
    select count(*) from changed
$$;
create function pg_temp.remove()
returns bigint
language sql
as $$
    with gone as (
        delete from perf.workflows where name = 'two' returning 1
    )
    select count(*) from gone
$$;

set local role authenticated;

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.workflows), 1::bigint, 'an admin by token reads workflows');
select lives_ok(
    $$ insert into perf.workflows (name) values ('two') $$,
    'adds one'
);
select is(pg_temp.remove(), 1::bigint, 'deletes one');
select is(pg_temp.change(), 1::bigint, 'and changes one');

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.workflows), 1::bigint, 'an analyst by token reads workflows');
select throws_ok(
    $$ insert into perf.workflows (name) values ('two') $$,
    '42501',
    null,
    'adds none'
);
select is(pg_temp.change(), 0::bigint, 'changes none');
select is(pg_temp.remove(), 0::bigint, 'and deletes none');

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.workflows), 0::bigint, 'a recorder by token reads nothing back'
);
select is(pg_temp.change(), 0::bigint, 'and changes none');

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.workflows), 0::bigint, 'a stranger with a token reads nothing'
);
select is(pg_temp.change(), 0::bigint, 'and changes none');

set local request.jwt.claims = '';
select is(
    (select count(*) from perf.workflows), 0::bigint, 'nor is there anything without a token'
);

set local role perf_admin;
select is((select count(*) from perf.workflows), 1::bigint, 'perf_admin reads workflows');
select lives_ok(
    $$ insert into perf.workflows (name) values ('two') $$,
    'adds one'
);
select is(pg_temp.remove(), 1::bigint, 'deletes one');
select is(pg_temp.change(), 1::bigint, 'and changes one');

set local role service_role;
select is((select count(*) from perf.workflows), 1::bigint, 'service_role reads workflows');
select lives_ok(
    $$ insert into perf.workflows (name) values ('two') $$,
    'adds one'
);
select is(pg_temp.remove(), 1::bigint, 'deletes one');
select is(pg_temp.change(), 1::bigint, 'and changes one');

set local role perf_analyst;
select is((select count(*) from perf.workflows), 1::bigint, 'perf_analyst reads workflows');
select throws_ok('select pg_temp.change()', '42501', null, 'changes none');
select throws_ok('select pg_temp.remove()', '42501', null, 'and deletes none');

set local role perf_recorder;
select throws_ok('select * from perf.workflows', '42501', null, 'perf_recorder reads nothing');
select throws_ok('select pg_temp.remove()', '42501', null, 'and deletes none');

set local role anon;
select throws_ok('select * from perf.workflows', '42501', null, 'anon reads nothing');
select throws_ok('select pg_temp.remove()', '42501', null, 'and deletes none');

reset role;
insert into perf_internal.job_kinds (workflow_id) select f.id from perf.workflows as f;
set local role perf_admin;
select throws_ok(
    'delete from perf.workflows',
    '23001',
    'workflow "one" has a history, which is kept',
    'a workflow of which jobs were measured stays, also when no job is kept any more'
);
select lives_ok(
    $$ update perf.workflows set name = 'two', retired_at = '2020-01-06 00:00+00' $$,
    'it may be renamed and retired'
);
reset role;
insert into perf.workflows (name) values ('three');
insert into perf.jobs (workflow_id) select f.id from perf.workflows as f where f.name = 'three';
set local role perf_admin;
select throws_ok(
    $$ delete from perf.workflows where name = 'three' $$,
    '23503',
    null,
    'one that has jobs in the queue stays too'
);

select * from finish();
rollback;
