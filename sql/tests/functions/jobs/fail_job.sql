begin;
select plan(16);

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
    perf.fail_job(
        pg_temp.id('one'), E' \n Out of\tmemory \nTraceback', '{"frame_count": 3}',
        '2020-01-06 10:00:06+00'
    ),
    'a running job fails'
);
select results_eq(
    $$ select m.failed, m.error_type, m.frame_count, m.total_wall_time_ms
       from perf.performance_metrics as m $$,
    $$ values (true, 'Out of memory', 3, 6000::bigint) $$,
    'what was measured is kept, with the first line of the error'
);
select is(
    (select j.status || ' ' || j.error_type from perf.jobs as j where j.external_id = 'one'),
    'failed Out of memory',
    'the job says so'
);
select ok(not perf.fail_job(pg_temp.id('one'), 'other'), 'a retry is false');
select throws_ok(
    $$ select perf.complete_job(pg_temp.id('one')) $$,
    'PT409',
    format('job %s is failed and cannot become completed', pg_temp.id('one')),
    'a failed job does not complete'
);
select ok(
    perf.fail_job(pg_temp.id('two'), completed_at => '2020-01-06 10:00+00'),
    'a queued job fails without a worker or an error'
);
select results_eq(
    $$ select m.worker_id, m.error_type from perf.performance_metrics as m
       where m.job_id = pg_temp.id('two') $$,
    $$ values (null::bigint, null::text) $$,
    'both are null then'
);
select ok(
    perf.fail_job(
        pg_temp.id('three'), repeat('x', 201), completed_at => '2020-01-06 10:00+00',
        worker_name => 'gpu-2'
    ),
    'a long error is no reason to refuse'
);
select is(
    (select m.error_type from perf.performance_metrics as m where m.job_id = pg_temp.id('three')),
    repeat('x', 200),
    'it is cut'
);
select throws_ok(
    $$ select perf.fail_job(0) $$, 'PT404', 'there is no job 0', 'refuses an unknown job'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.fail_job(0) $$, 'PT404', null, 'a recorder by token finds no such job');

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.fail_job(0) $$, '42501', 'this needs the role recorder', 'an analyst may not');

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.fail_job(0) $$, '42501', null, 'a stranger may not');

set local role perf_recorder;

select throws_ok($$ select perf.fail_job(0) $$, 'PT404', null, 'perf_recorder finds no such job');

set local role perf_analyst;

select throws_ok($$ select perf.fail_job(0) $$, '42501', null, 'perf_analyst may not');

set local role anon;

select throws_ok($$ select perf.fail_job(0) $$, '42501', null, 'anon may not');

select * from finish();
rollback;
