begin;
select plan(13);

-- Messages show times as the session does.
set local datestyle = 'ISO';

set local timezone = 'UTC';

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

insert into perf.workflows (name) values ('one');

create function pg_temp.id() returns bigint language sql as
    'select x.id from perf.workflows as x';

select ok(perf.retire_workflow(pg_temp.id()), 'retires a workflow');
select is((select x.retired_at from perf.workflows as x), now(), 'now');
select ok(not perf.retire_workflow(pg_temp.id()), 'a repeated call is false');
select ok(perf.retire_workflow(pg_temp.id(), false), 'takes it back');
select is((select x.retired_at from perf.workflows as x), null, 'it is used again');
select throws_ok(
    'select perf.retire_workflow(0)', 'PT404', 'there is no workflow 0', 'refuses an unknown id'
);
select throws_ok(
    'select perf.retire_workflow(pg_temp.id(), null)',
    '22023',
    'retired must be true or false, got null',
    'refuses null'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.retire_workflow(0) $$, 'PT404', null, 'a caller with the role admin by token may');

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.retire_workflow(0) $$, '42501', 'this needs the role admin', 'one with another may not');

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.retire_workflow(0) $$, '42501', null, 'a stranger may not');

set local role perf_admin;

select throws_ok($$ select perf.retire_workflow(0) $$, 'PT404', null, 'perf_admin may');

set local role perf_recorder;

select throws_ok($$ select perf.retire_workflow(0) $$, '42501', null, 'perf_recorder may not');

set local role anon;

select throws_ok($$ select perf.retire_workflow(0) $$, '42501', null, 'anon may not');

select * from finish();
rollback;
