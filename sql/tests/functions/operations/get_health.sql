begin;
select plan(51);

set local timezone = 'UTC';

create function pg_temp.health(as_of timestamptz, which text)
returns table (status text, value text, hint text)
language sql
as $$
    select h.status, h.value, h.hint
    from perf.get_health(as_of) as h
    where h.check_name = which
$$;

select results_eq(
    $$ select check_name, status, value from perf.get_health('2020-01-06 12:00') $$,
    $$ values
        ('calls: rollup lag', 'ok', '0 rows wait, last run never'),
        ('calls: partitions', 'warn', 'missing: 2020-01-06, 2020-01-07, 2020-01-08'),
        ('evaluations: rollup lag', 'ok', '0 rows wait, last run never'),
        ('evaluations: partitions', 'warn', 'missing: 2020-01'),
        ('experiments: rollup lag', 'ok', '0 rows wait, last run never'),
        ('experiments: partitions', 'warn', 'missing: 2020-01-06, 2020-01-07, 2020-01-08'),
        ('features: rollup lag', 'ok', '0 rows wait, last run never'),
        ('features: partitions', 'warn', 'missing: 2020-01-06, 2020-01-07, 2020-01-08'),
        ('jobs: rollup lag', 'ok', '0 rows wait, last run never'),
        ('jobs: partitions', 'warn', 'missing: 2020-01'),
        ('otlp: rollup lag', 'ok', '0 rows wait, last run never'),
        ('otlp: partitions', 'warn', 'missing: 2020-01-06, 2020-01-07, 2020-01-08'),
        ('failed runs', 'ok', '0 in the last 24 hours'),
        ('schedule', 'warn', 'no job ran in the last 24 hours'),
        ('trainings', 'ok', '0 wait, 0 run, 0 lost their trainer'),
        ('alert evaluation', 'ok', 'never run'),
        ('alerts', 'ok', '0 open, 0 critical'),
        ('notifications', 'ok', '0 messages wait') $$,
    'a new database lacks a schedule and partitions'
);

select is_empty(
    $$ select * from perf.get_health('2020-01-06 12:00') where (status = 'ok') <> (hint is null) $$,
    'what is not ok comes with a hint'
);

create temporary table recorded as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-01-06 12:00');
select results_eq(
    $$ select status, value from pg_temp.health('2020-01-06 12:00', 'calls: rollup lag') $$,
    $$ values ('fail', '1 rows wait, last run never') $$,
    'calls that wait for a first run are a failure'
);

update perf_internal.rollup_state
set last_run_at = '2020-01-06 12:00', last_run_rows = 7, last_run_ms = 12.4
where pipeline = 'calls';
select results_eq(
    $$ select status, value from pg_temp.health('2020-01-06 12:03', 'calls: rollup lag') $$,
    $$ values ('ok', '1 rows wait, last run 2020-01-06 12:00:00 UTC') $$,
    'three minutes after a run they are not'
);
select is(
    (select status from pg_temp.health('2020-01-06 12:03:00.000001', 'calls: rollup lag')),
    'warn',
    'later they are a warning'
);
select is(
    (select status from pg_temp.health('2020-01-06 12:15', 'calls: rollup lag')),
    'warn',
    'up to 15 minutes'
);
select is(
    (select status from pg_temp.health('2020-01-06 12:15:00.000001', 'calls: rollup lag')),
    'fail',
    'after which they are a failure'
);
select results_eq(
    $$ select status, value from pg_temp.health('2020-01-06 12:00', 'calls: last run') $$,
    $$ values ('ok', '7 rows in 12 ms') $$,
    'says what the last run did'
);

select results_eq(
    $$ select status, value from pg_temp.health('2020-01-06 12:05', 'schedule') $$,
    $$ values ('ok', 'runs are not visible here; rows were last rolled up 2020-01-06 12:00:00 UTC') $$,
    'without jobs of its own, rolling up is a living schedule'
);

insert into perf_internal.worker_runs (job_name, started_at, finished_at, error_message) values
    ('pgkit-cleanup', '2020-01-06 11:00', '2020-01-06 11:00', 'first'),
    ('pgkit-cleanup', '2020-01-06 11:30', '2020-01-06 11:30', 'second'),
    ('pgkit-aggregate', '2020-01-06 11:55', '2020-01-06 11:55', null);
select results_eq(
    $$ select * from pg_temp.health('2020-01-06 12:00', 'failed runs') $$,
    $$ values ('warn', '2 in the last 24 hours',
        'call perf.run_job(''cleanup''): second') $$,
    'failed runs are a warning, with the last message'
);
select is(
    (select status from pg_temp.health('2020-01-07 11:30:00.000001', 'failed runs')),
    'ok',
    'for 24 hours'
);
select results_eq(
    $$ select * from pg_temp.health('2020-01-06 12:00', 'schedule') $$,
    $$ values ('ok', 'last job started 2020-01-06 11:55:00 UTC', null::text) $$,
    'a job in the last five minutes is a living schedule'
);
select is(
    (select status from pg_temp.health('2020-01-06 12:00:00.000001', 'schedule')),
    'warn',
    'after that it may be dead'
);

-- What pg_cron has, as far as we use it.
create schema cron;
create table cron.job (
    jobid bigint generated always as identity primary key,
    schedule text not null,
    command text not null,
    database text not null default current_database(),
    jobname text unique
);
create table cron.job_run_details (
    jobid bigint,
    runid bigint generated always as identity primary key,
    database text default current_database(),
    command text,
    status text,
    return_message text,
    start_time timestamptz,
    end_time timestamptz
);
create function cron.schedule(job_name text, schedule text, command text)
returns bigint
language sql
as $$
    insert into cron.job (jobname, schedule, command)
    values (job_name, schedule, command)
    on conflict (jobname) do update
        set schedule = excluded.schedule,
            command = excluded.command
    returning jobid
$$;
create function cron.unschedule(job_id bigint)
returns boolean
language sql
as $$
    delete from cron.job where jobid = job_id returning true
$$;
insert into cron.job_run_details (command, status, return_message, start_time)
values ('call perf.run_job(''aggregate'')', 'failed', 'third', '2020-01-06 12:00');
select results_eq(
    $$ select value, hint from pg_temp.health('2020-01-06 12:00', 'failed runs') $$,
    $$ values ('3 in the last 24 hours', 'call perf.run_job(''aggregate''): third') $$,
    'runs of pg_cron count too'
);
update cron.job_run_details set return_message = 'connection failed';
select results_eq(
    $$ select value, hint from pg_temp.health('2020-01-06 12:00', 'failed runs') $$,
    $$ values ('3 in the last 24 hours',
        'call perf.run_job(''aggregate''): connection failed. Set cron.use_background_workers = on, or let pg_hba.conf admit pg_cron.') $$,
    'where pg_cron cannot connect, the hint says what helps'
);

select results_eq(
    $$ select status, value from pg_temp.health('2020-01-06 12:00', 'calls: default partition') $$,
    $$ values ('ok', '1 rows have no partition of their own') $$,
    'a call of today may be in the default partition'
);
select results_eq(
    $$ select status, hint from pg_temp.health('2020-01-07 12:00', 'calls: default partition') $$,
    $$ values ('warn', 'Run select * from perf.ensure_partitions() to give them one.') $$,
    'one of yesterday is a warning'
);
select is(
    (select status from pg_temp.health('2020-01-14 12:00', 'calls: default partition')),
    'ok',
    'one that retention removes next is not'
);

create temporary table made as select * from perf.ensure_partitions('2020-01-06 12:00', 1);
select results_eq(
    $$ select * from pg_temp.health('2020-01-06 12:00', 'calls: partitions') $$,
    $$ values ('warn', 'missing: 2020-01-08', 'Run select * from perf.ensure_partitions().') $$,
    'a missing partition of the next two days is a warning'
);
create temporary table more as select * from perf.ensure_partitions('2020-01-06 12:00', 2);
select results_eq(
    $$ select * from pg_temp.health('2020-01-06 12:00', 'calls: partitions') $$,
    $$ values ('ok', 'today and the next two days are there', null::text) $$,
    'with all three there nothing is missing'
);

-- Seven days and two days of grace: the 6th is overdue from the 16th.
select is(
    (select status from pg_temp.health('2020-01-15 23:59:59.999999', 'calls: retention')),
    'ok',
    'a day that cleanup removes next is not overdue'
);
select results_eq(
    $$ select status, value from pg_temp.health('2020-01-16 00:00', 'calls: retention') $$,
    $$ values ('warn', '1 partitions of raw rows are overdue') $$,
    'two days later it is'
);

-- Jobs have partitions of months.
select results_eq(
    $$ select status, value from pg_temp.health('2020-01-06 12:00', 'jobs: partitions') $$,
    $$ values ('ok', 'today and the next two days are there') $$,
    'the month of jobs is there'
);
select is(
    (select status from pg_temp.health('2020-01-29 23:59', 'jobs: partitions')),
    'ok',
    'while the next two days are of the same month'
);
select results_eq(
    $$ select status, value from pg_temp.health('2020-01-30 00:00', 'jobs: partitions') $$,
    $$ values ('warn', 'missing: 2020-02') $$,
    'two days before its end the next month is missed'
);

-- 90 days and two days of grace after the 1st of February: May 3.
update perf_internal.rollup_state set total_rows = 1 where pipeline = 'jobs';
select is(
    (select status from pg_temp.health('2020-05-02 23:59:59.999999', 'jobs: retention')),
    'ok',
    'a month of jobs that cleanup removes next is not overdue'
);
select results_eq(
    $$ select status, value from pg_temp.health('2020-05-03 00:00', 'jobs: retention') $$,
    $$ values ('warn', '1 partitions of raw rows are overdue') $$,
    'two days later it is'
);

insert into perf.workflows (name) values ('portrait');
insert into perf_internal.job_kinds (workflow_id) select w.id from perf.workflows as w;
insert into perf.performance_metrics (series_id, job_id, workflow_id, created_at)
select k.id, 1, k.workflow_id, '2019-12-31 23:59'
from perf_internal.job_kinds as k;
select results_eq(
    $$ select status, value from pg_temp.health('2020-01-06 12:00', 'jobs: rollup lag') $$,
    $$ values ('fail', '1 rows wait, last run never') $$,
    'jobs that wait for a first run are a failure of their own pipeline'
);
select is(
    (select status from pg_temp.health('2020-01-06 12:03', 'calls: rollup lag')),
    'ok',
    'and not of that of calls'
);
select results_eq(
    $$ select status, value from pg_temp.health('2020-01-06 12:00', 'jobs: default partition') $$,
    $$ values ('warn', '1 rows have no partition of their own') $$,
    'a job of last month in the default partition is a warning'
);

select throws_ok(
    $$ select * from perf.get_health(null) $$,
    '22023',
    'as_of must be a point in time, got null',
    'refuses null for a time'
);
select throws_ok(
    $$ select * from perf.get_health('infinity') $$,
    '22023',
    'as_of must be a point in time, got infinity',
    'refuses an infinite time'
);

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

insert into perf.model_training_history (
    model_type, trigger_type, training_status, claimed_by, lease_id, lease_expires_at
)
select t.model_type, 'manual', t.status, 't-1', gen_random_uuid(), t.lease_expires_at::timestamptz
from (
    values
        ('lost', 'running', '2020-01-06 12:00'),
        ('held', 'running', '2020-01-06 12:00:00.000001'),
        ('given back', 'pending', null)
) as t (model_type, status, lease_expires_at);
select results_eq(
    $$ select status, value, hint from pg_temp.health('2020-01-06 12:00', 'trainings') $$,
    $$ values (
        'warn', '1 wait, 1 run, 1 lost their trainer',
        'No trainer claims them. select * from perf.get_trainings() lists them.'
    ) $$,
    'a training whose lease is over and that nobody claims is a warning'
);
select is(
    (select status from pg_temp.health('2020-01-06 11:59:59', 'trainings')),
    'ok',
    'trainings that wait or run are none'
);
insert into perf.performance_alert_thresholds (
    metric_name, statistic, direction, warning_threshold, critical_threshold, enabled, created_at
)
values ('response_time_ms', 'p95', 'above', 1, 2, false, '2020-01-06 11:44');
select is(
    (select status from pg_temp.health('2020-01-06 12:00', 'alert evaluation')),
    'ok',
    'with no rule that is enabled, no evaluation is missed'
);
update perf.performance_alert_thresholds as t set enabled = true;
select results_eq(
    $$ select status, value, hint from pg_temp.health('2020-01-06 12:00', 'alert evaluation') $$,
    $$ values (
        'fail', 'never run',
        'Run select * from perf.check_alert_thresholds(), and see why the schedule does not.'
    ) $$,
    'with a rule, an evaluation that never ran is a failure'
);
update perf_internal.alert_runs as r
set last_run_at = '2020-01-06 12:00', last_run_ms = 12.4, series_count = 7;
select results_eq(
    $$ select status, value, hint from pg_temp.health('2020-01-06 12:03', 'alert evaluation') $$,
    $$ values ('ok', '7 series in 12 ms, last run 2020-01-06 12:00:00 UTC', null::text) $$,
    'three minutes after a run it is fine, and says what the run did'
);
select is(
    (select status from pg_temp.health('2020-01-06 12:03:00.000001', 'alert evaluation')),
    'warn',
    'later it is a warning'
);
select is(
    (select status from pg_temp.health('2020-01-06 12:15', 'alert evaluation')),
    'warn',
    'up to 15 minutes'
);
select is(
    (select status from pg_temp.health('2020-01-06 12:15:00.000001', 'alert evaluation')),
    'fail',
    'after which it is a failure'
);
update perf_internal.alert_runs as r set problem = 'thresholds: no memory';
select results_eq(
    $$ select status, hint from pg_temp.health('2020-01-06 12:00', 'alert evaluation') $$,
    $$ values ('warn', 'thresholds: no memory') $$,
    'rules that could not be evaluated are a warning, which says why'
);
select perf_internal.raise_alert(a.type, a.severity, null, null, 'It is so.')
from (values ('one', 'info'), ('two', 'critical')) as a (type, severity);
select results_eq(
    $$ select status, value, hint from pg_temp.health('2020-01-06 12:00', 'alerts') $$,
    $$ values (
        'warn', '2 open, 1 critical', 'select * from perf.get_active_alerts() lists them.'
    ) $$,
    'open alerts are a warning'
);

select results_eq(
    $$ select status, value, hint from pg_temp.health('2020-01-06 12:00', 'notifications') $$,
    $$ values (
        'warn', '0 messages wait, 1 alerts are for no receiver',
        'Nobody is told of them. perf.set_alert_receiver() adds a receiver.'
    ) $$,
    'alerts of which nobody is told are a warning'
);
select perf_internal.set_alert_receiver(
    'ops', 'webhook', 'https://h.example', as_of => '2020-01-06 12:00+00'
);
select results_eq(
    $$ select status, value, hint from pg_temp.health('2020-01-06 12:02', 'notifications') $$,
    $$ values (
        'ok', '1 messages wait, the oldest since 2020-01-06 12:00:00 UTC', null::text
    ) $$,
    'a message that waits is fine'
);
select results_eq(
    $$ select status, hint from pg_temp.health('2020-01-06 12:02:01', 'notifications') $$,
    $$ values ('warn', 'Keep pgkit worker running: it sends them.') $$,
    'for two minutes'
);
select is(
    (select status from pg_temp.health('2020-01-06 12:15:01', 'notifications')),
    'fail',
    'after 15 minutes notifications fail'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.get_health('2020-01-06 12:00')),
    6 + 3 * 2 + 6 + 6::bigint,
    'an analyst by token may ask'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.get_health('2020-01-06 12:00') $$,
    '42501',
    'this needs the role analyst or admin',
    'a recorder by token may not'
);

set local role perf_analyst;
select results_eq(
    $$ select status, value from pg_temp.health('2020-01-06 12:03', 'calls: rollup lag') $$,
    $$ values ('ok', '1 rows wait, last run 2020-01-06 12:00:00 UTC') $$,
    'perf_analyst is told the same'
);

set local role perf_recorder;
select throws_ok(
    $$ select * from perf.get_health('2020-01-06 12:00') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);
set local role anon;
select throws_ok(
    $$ select * from perf.get_health('2020-01-06 12:00') $$, '42501', null, 'nor may anon'
);

select * from finish();
rollback;
