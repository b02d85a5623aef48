begin;
select plan(14);

-- Messages show times as the session does.
set local datestyle = 'ISO';

set local timezone = 'UTC';

select is(
    perf.trim_job_history('2020-01-13 12:00'), 0::bigint, 'without runs there is nothing to delete'
);

select throws_ok(
    $$ select perf.trim_job_history('2100-01-01 00:00+00') $$,
    '22023',
    'as_of must not be in the future, got 2100-01-01 00:00:00+00',
    'refuses a time at which every run would be old'
);

-- Seven days before are 2020-01-06 12:00.
insert into perf_internal.worker_runs (job_name, started_at, finished_at) values
    ('pgkit-aggregate', '2020-01-06 11:59', '2020-01-06 11:59:59.999999'),
    ('pgkit-aggregate', '2020-01-06 11:59', '2020-01-06 12:00'),
    ('pgkit-aggregate', '2020-01-06 11:00', null);

select is(
    perf.trim_job_history('2020-01-13 12:00'), 1::bigint, 'deletes what the worker noted long ago'
);
select results_eq(
    'select w.finished_at from perf_internal.worker_runs as w order by 1',
    $$ values ('2020-01-06 12:00'::timestamptz), (null) $$,
    'a run exactly seven days old stays, and one that is not over'
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

insert into cron.job_run_details (database, command, start_time, end_time) values
    (current_database(), 'call perf.run_job(''aggregate'')', null, null),
    (current_database(), 'call perf.run_job(''aggregate'')',
        '2020-01-06 11:00', '2020-01-06 11:59:59.999999'),
    (current_database(), 'call perf.run_job(''trim-job-history'')',
        '2020-01-06 11:00', '2020-01-06 11:30'),
    (current_database(), 'call perf.run_job(''aggregate'')',
        '2020-01-06 11:01', '2020-01-06 12:00'),
    (current_database(), 'call perf.run_job(''aggregate'')', '2020-01-06 11:02', null),
    (current_database(), 'select 1', '2020-01-06 11:03', '2020-01-06 11:03'),
    ('another_database', 'call perf.run_job(''aggregate'')',
        '2020-01-06 11:04', '2020-01-06 11:04'),
    (current_database(), 'call perf.run_job(''aggregate'')', null, null);

select is(
    perf.trim_job_history('2020-01-13 12:00'),
    3::bigint,
    'and what pg_cron noted of our jobs, also of those that could not start'
);
select results_eq(
    'select start_time from cron.job_run_details order by 1',
    $$ values
        ('2020-01-06 11:01'::timestamptz), ('2020-01-06 11:02'), ('2020-01-06 11:03'),
        ('2020-01-06 11:04'), (null) $$,
    'not of other jobs or databases, nor what came later'
);
select is(perf.trim_job_history('2020-01-13 12:00'), 0::bigint, 'a second run deletes nothing');

update perf.retention set keep = null where level = 'job_history';
select is(
    perf.trim_job_history('2020-02-01'), 0::bigint, 'what is kept for ever stays'
);
update perf.retention set keep = '1 day' where level = 'job_history';
select is(
    perf.trim_job_history('2020-01-08'), 2::bigint, 'retention says how long runs are kept'
);

select throws_ok(
    $$ select perf.trim_job_history(null) $$,
    '22023',
    'as_of must be a point in time, got null',
    'refuses null for a time'
);
select throws_ok(
    $$ select perf.trim_job_history('infinity') $$,
    '22023',
    'as_of must be a point in time, got infinity',
    'refuses an infinite time'
);

set local role perf_admin;
select lives_ok($$ select perf.trim_job_history('2020-01-08') $$, 'perf_admin may');

set local role perf_analyst;
select throws_ok('select perf.trim_job_history()', '42501', null, 'perf_analyst may not');

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'select perf.trim_job_history()', '42501', 'this needs the role admin', 'nor may a stranger'
);

select * from finish();
rollback;
