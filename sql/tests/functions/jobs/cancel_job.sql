begin;
select plan(13);

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

select ok(perf.cancel_job(pg_temp.id('one'), '2020-01-06 11:00+00'), 'cancels a running job');
select ok(perf.cancel_job(pg_temp.id('two')), 'cancels a queued job');
select ok(not perf.cancel_job(pg_temp.id('two')), 'a retry is false');
select is(
    (select j.completed_at from perf.jobs as j where j.external_id = 'one'),
    '2020-01-06 11:00+00'::timestamptz,
    'the job says when'
);
select is_empty('select from perf.performance_metrics', 'a cancelled job is not measured');
select ok(perf.fail_job(pg_temp.id('four')), 'given a failed job');
select throws_ok(
    $$ select perf.cancel_job(pg_temp.id('four')) $$,
    'PT409',
    format('job %s is failed and cannot become cancelled', pg_temp.id('four')),
    'refuses to cancel it'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.cancel_job(0) $$, 'PT404', null, 'a recorder by token finds no such job');

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.cancel_job(0) $$, '42501', 'this needs the role recorder', 'an analyst may not');

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.cancel_job(0) $$, '42501', null, 'a stranger may not');

set local role perf_recorder;

select throws_ok($$ select perf.cancel_job(0) $$, 'PT404', null, 'perf_recorder finds no such job');

set local role perf_analyst;

select throws_ok($$ select perf.cancel_job(0) $$, '42501', null, 'perf_analyst may not');

set local role anon;

select throws_ok($$ select perf.cancel_job(0) $$, '42501', null, 'anon may not');

select * from finish();
rollback;
