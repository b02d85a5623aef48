begin;
select plan(23);

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

create function pg_temp.times() returns text language sql as
    'select string_agg(w.name || a.available_from::text || coalesce(a.available_until::text, ''''), '' '' order by a.id)
     from perf.worker_availability as a
     join perf.workers as w on w.id = a.worker_id';

select ok(
    perf.set_worker_available(' gpu ', true, '2020-01-06 10:00+00'), 'a new worker is offered'
);
select is(pg_temp.times(), 'gpu2020-01-06 10:00:00+00', 'from then on');
select ok(
    not perf.set_worker_available('gpu', true, '2020-01-06 11:00+00'), 'a repeated call is false'
);
select is(pg_temp.times(), 'gpu2020-01-06 10:00:00+00', 'and changes nothing');
select throws_ok(
    $$ select perf.set_worker_available('gpu', false, '2020-01-06 09:59:59+00') $$,
    'PT409',
    'worker "gpu" was offered from 2020-01-06 10:00:00+00 until now, got at = 2020-01-06 09:59:59+00',
    'it cannot end before it begins'
);
select ok(perf.set_worker_available('gpu', false, '2020-01-06 12:00+00'), 'it is withdrawn');
select is(
    pg_temp.times(), 'gpu2020-01-06 10:00:00+002020-01-06 12:00:00+00', 'at the time given'
);
select ok(
    not perf.set_worker_available('gpu', false, '2020-01-06 13:00+00'), 'a repeated call is false'
);
select throws_ok(
    $$ select perf.set_worker_available('gpu', true, '2020-01-06 11:59:59+00') $$,
    'PT409',
    'worker "gpu" was offered from 2020-01-06 10:00:00+00 until 2020-01-06 12:00:00+00, got at = 2020-01-06 11:59:59+00',
    'times do not overlap'
);
select ok(
    perf.set_worker_available('gpu', true, '2020-01-06 12:00+00'), 'one may follow at once'
);
select ok(
    perf.set_worker_available('gpu', false, '2020-01-06 12:00+00'), 'and end at once'
);
select is(
    pg_temp.times(), 'gpu2020-01-06 10:00:00+002020-01-06 12:00:00+00', 'then nothing is left of it'
);
select ok(not perf.set_worker_available('other', false), 'a new worker is not offered');
select throws_ok(
    $$ select perf.set_worker_available(null, true) $$,
    '22023',
    'worker_name must have 1 to 200 characters, got null',
    'refuses no worker'
);
select throws_ok(
    $$ select perf.set_worker_available('gpu', null) $$,
    '22023',
    'available must be true or false, got null',
    'refuses null'
);
select throws_ok(
    $$ select perf.set_worker_available('gpu', true, 'infinity') $$,
    '22023',
    'at must be between 1970 and tomorrow, got infinity',
    'refuses an impossible time'
);
select throws_ok(
    $$ insert into perf.worker_availability (worker_id, available_from)
       select w.id, '2020-01-06 11:59+00' from perf.workers as w where w.name = 'gpu' $$,
    '23P01',
    null,
    'plain writes cannot overlap either'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select lives_ok($$ select perf.set_worker_available('gpu', true) $$, 'a caller with the role recorder by token may');

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.set_worker_available('gpu', true) $$, '42501', 'this needs the role recorder', 'one with another may not');

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.set_worker_available('gpu', true) $$, '42501', null, 'a stranger may not');

set local role perf_recorder;

select lives_ok($$ select perf.set_worker_available('gpu', true) $$, 'perf_recorder may');

set local role perf_analyst;

select throws_ok($$ select perf.set_worker_available('gpu', true) $$, '42501', null, 'perf_analyst may not');

set local role anon;

select throws_ok($$ select perf.set_worker_available('gpu', true) $$, '42501', null, 'anon may not');

select * from finish();
rollback;
