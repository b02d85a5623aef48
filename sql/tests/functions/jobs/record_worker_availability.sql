begin;
select plan(16);

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

select ok(
    perf.record_worker_availability('gpu', '2020-01-06 10:00+00', '2020-01-06 12:00+00'),
    'records a time'
);
select results_eq(
    $$ select w.name, a.available_from, a.available_until
       from perf.worker_availability as a
       join perf.workers as w on w.id = a.worker_id $$,
    $$ values ('gpu', '2020-01-06 10:00+00'::timestamptz, '2020-01-06 12:00+00'::timestamptz) $$,
    'of a worker, which is added'
);
select ok(
    not perf.record_worker_availability('gpu', '2020-01-06 10:00+00', '2020-01-06 12:00+00'),
    'a retry is false'
);
select throws_ok(
    $$ select perf.record_worker_availability('gpu', '2020-01-06 11:59+00', '2020-01-06 13:00+00') $$,
    'PT409',
    'worker "gpu" was offered from 2020-01-06 10:00:00+00 until 2020-01-06 12:00:00+00, which overlaps',
    'refuses a time that overlaps'
);
select ok(
    perf.record_worker_availability('gpu', '2020-01-06 12:00+00', '2020-01-06 13:00+00'),
    'one may follow at once'
);
select ok(
    perf.record_worker_availability('other', '2020-01-06 10:00+00', '2020-01-06 13:00+00'),
    'another worker may have the same time'
);
select ok(perf.set_worker_available('gpu', true, '2020-01-07'), 'given a time that lasts');
select throws_ok(
    $$ select perf.record_worker_availability('gpu', '2020-01-08', '2020-01-09') $$,
    'PT409',
    'worker "gpu" was offered from 2020-01-07 00:00:00+00 until now, which overlaps',
    'no time follows it'
);
select throws_ok(
    $$ select perf.record_worker_availability('gpu', null, '2020-01-06 13:00+00') $$,
    '22023',
    'available_from must be 1970 or later, got null',
    'refuses no start'
);
select throws_ok(
    $$ select perf.record_worker_availability('gpu', '2020-01-05', '2020-01-05') $$,
    '22023',
    'available_until must be between available_from and tomorrow, got 2020-01-05 00:00:00+00',
    'refuses no length'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select lives_ok($$ select perf.record_worker_availability('new', '2020-01-06', '2020-01-07') $$, 'a caller with the role recorder by token may');

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.record_worker_availability('new', '2020-01-06', '2020-01-07') $$, '42501', 'this needs the role recorder', 'one with another may not');

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.record_worker_availability('new', '2020-01-06', '2020-01-07') $$, '42501', null, 'a stranger may not');

set local role perf_recorder;

select lives_ok($$ select perf.record_worker_availability('new', '2020-01-06', '2020-01-07') $$, 'perf_recorder may');

set local role perf_analyst;

select throws_ok($$ select perf.record_worker_availability('new', '2020-01-06', '2020-01-07') $$, '42501', null, 'perf_analyst may not');

set local role anon;

select throws_ok($$ select perf.record_worker_availability('new', '2020-01-06', '2020-01-07') $$, '42501', null, 'anon may not');

select * from finish();
rollback;
