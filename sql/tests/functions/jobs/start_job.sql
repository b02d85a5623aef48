begin;
select plan(17);

-- Messages show times as the session does.
set local datestyle = 'ISO';

set local timezone = 'UTC';

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

insert into perf.workflows (name) values ('upscale');
insert into perf.workers (name) values ('gpu-1'), ('gpu-2');
insert into perf.jobs (external_id, workflow_id, worker_id, status, started_at)
select j.external_id, f.id, w.id, j.status, j.started_at
from (
    values
        ('one', 'gpu-1', 'running', '2020-01-06 10:00+00'::timestamptz),
        ('two', null, 'queued', null),
        ('three', null, 'queued', null),
        ('four', 'gpu-1', 'running', '2020-01-06 10:00+00')
) as j (external_id, worker, status, started_at)
cross join perf.workflows as f
left join perf.workers as w on w.name = j.worker;

create function pg_temp.id(text) returns bigint language sql as
    'select j.id from perf.jobs as j where j.external_id = $1';

select ok(
    perf.start_job(pg_temp.id('two'), ' gpu-2 ', '2020-01-06 10:00+00'), 'starts a queued job'
);
select results_eq(
    $$ select j.status, j.started_at, w.name
       from perf.jobs as j
       join perf.workers as w on w.id = j.worker_id
       where j.external_id = 'two' $$,
    $$ values ('running', '2020-01-06 10:00+00'::timestamptz, 'gpu-2') $$,
    'it runs on the worker since then'
);
select ok(not perf.start_job(pg_temp.id('two'), 'gpu-2'), 'a retry is false');
select throws_ok(
    $$ select perf.start_job(pg_temp.id('two'), 'gpu-1') $$,
    'PT409',
    format('job %s is running, and "gpu-1" cannot start it', pg_temp.id('two')),
    'another worker may not take it'
);
select ok(perf.complete_job(pg_temp.id('two')), 'given that it completed');
select ok(not perf.start_job(pg_temp.id('two'), 'gpu-2'), 'a retry is still false');
select ok(perf.cancel_job(pg_temp.id('four')), 'given a cancelled job');
select throws_ok(
    $$ select perf.start_job(pg_temp.id('four'), 'gpu-1') $$, 'PT409', null, 'it does not start'
);
select throws_ok(
    $$ select perf.start_job(pg_temp.id('three'), ' ') $$,
    '22023',
    'worker_name must have 1 to 200 characters, got ""',
    'refuses no worker'
);
select throws_ok(
    $$ select perf.start_job(pg_temp.id('three'), 'gpu-1', 'infinity') $$,
    '22023',
    'started_at must be between 1970 and tomorrow, got infinity',
    'refuses an impossible time'
);
select throws_ok(
    $$ select perf.start_job(0, 'gpu-1') $$, 'PT404', 'there is no job 0', 'refuses an unknown job'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.start_job(0, 'gpu-1') $$, 'PT404', null, 'a recorder by token finds no such job');

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.start_job(0, 'gpu-1') $$, '42501', 'this needs the role recorder', 'an analyst may not');

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.start_job(0, 'gpu-1') $$, '42501', null, 'a stranger may not');

set local role perf_recorder;

select throws_ok($$ select perf.start_job(0, 'gpu-1') $$, 'PT404', null, 'perf_recorder finds no such job');

set local role perf_analyst;

select throws_ok($$ select perf.start_job(0, 'gpu-1') $$, '42501', null, 'perf_analyst may not');

set local role anon;

select throws_ok($$ select perf.start_job(0, 'gpu-1') $$, '42501', null, 'anon may not');

select * from finish();
rollback;
