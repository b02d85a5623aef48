begin;
select plan(19);

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

insert into perf.workers (name) values ('one');

create function pg_temp.id() returns bigint language sql as
    'select x.id from perf.workers as x';

select ok(perf.set_worker_available('one', true, '2020-01-06'), 'given that it is offered');
select ok(perf.retire_worker(pg_temp.id()), 'retires a worker');
select is((select x.retired_at from perf.workers as x), now(), 'now');
select is_empty(
    'select from perf.worker_availability as a where a.available_until is null',
    'then it is no longer offered'
);
select ok(not perf.retire_worker(pg_temp.id()), 'a repeated call is false');
select ok(
    perf.set_worker_available('one', true, now() + interval '20 hours'),
    'given a time that begins tomorrow'
);
select ok(not perf.retire_worker(pg_temp.id()), 'which the call takes back');
insert into perf.worker_availability (worker_id, available_from, available_until)
values (pg_temp.id(), now() + interval '1 hour', now() + interval '2 hours');
select ok(not perf.retire_worker(pg_temp.id()), 'also one that has an end');
select results_eq(
    'select a.available_from, a.available_until = now() from perf.worker_availability as a',
    $$ values (timestamptz '2020-01-06 00:00+00', true) $$,
    'and only the past stays'
);
select ok(perf.retire_worker(pg_temp.id(), false), 'takes it back');
select is((select x.retired_at from perf.workers as x), null, 'it is used again');
select throws_ok(
    'select perf.retire_worker(0)', 'PT404', 'there is no worker 0', 'refuses an unknown id'
);
select throws_ok(
    'select perf.retire_worker(pg_temp.id(), null)',
    '22023',
    'retired must be true or false, got null',
    'refuses null'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.retire_worker(0) $$, 'PT404', null, 'a caller with the role admin by token may');

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.retire_worker(0) $$, '42501', 'this needs the role admin', 'one with another may not');

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.retire_worker(0) $$, '42501', null, 'a stranger may not');

set local role perf_admin;

select throws_ok($$ select perf.retire_worker(0) $$, 'PT404', null, 'perf_admin may');

set local role perf_recorder;

select throws_ok($$ select perf.retire_worker(0) $$, '42501', null, 'perf_recorder may not');

set local role anon;

select throws_ok($$ select perf.retire_worker(0) $$, '42501', null, 'anon may not');

select * from finish();
rollback;
