begin;
select plan(11);

set local timezone = 'UTC';

select is_empty(
    $$ select * from perf_internal.get_runs('2020-01-06') $$, 'at first there are none'
);

insert into perf_internal.worker_runs (job_name, started_at, finished_at, error_message) values
    ('pgkit-aggregate', '2020-01-06 09:59:59.999999', '2020-01-06 10:00', null),
    ('pgkit-aggregate', '2020-01-06 10:00', '2020-01-06 10:00:01', null),
    ('pgkit-cleanup', '2020-01-06 10:01', '2020-01-06 10:01:01', 'out of disk'),
    ('pgkit-aggregate', '2020-01-06 10:02', null, null),
    ('job of nobody', '2020-01-06 10:03', '2020-01-06 10:03', 'oh');

select results_eq(
    $$ select * from perf_internal.get_runs('2020-01-06 10:00') order by started_at $$,
    $$ values
        ('call perf.run_job(''aggregate'')', '2020-01-06 10:00'::timestamptz, false,
            null::text),
        ('call perf.run_job(''cleanup'')', '2020-01-06 10:01', true,
            'out of disk'),
        ('call perf.run_job(''aggregate'')', '2020-01-06 10:02', false, null) $$,
    'gives the runs of the worker since a time, what failed with its message'
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

insert into cron.job_run_details
    (database, command, status, return_message, start_time, end_time)
values
    (current_database(), 'call perf.run_job(''aggregate'')', 'succeeded', '1 row',
        '2020-01-06 11:00', '2020-01-06 11:00'),
    (current_database(), 'call perf.run_job(''aggregate'')', 'failed', 'ERROR: oh',
        '2020-01-06 11:01', '2020-01-06 11:01'),
    (current_database(), 'call perf.run_job(''aggregate'')', 'running', null,
        '2020-01-06 11:02', null),
    (current_database(), 'call perf.run_job(''aggregate'')', 'succeeded', null,
        '2020-01-06 10:59:59.999999', '2020-01-06 11:00'),
    (current_database(), 'select 1', 'failed', null, '2020-01-06 11:03', '2020-01-06 11:03'),
    ('another_database', 'call perf.run_job(''aggregate'')', 'failed', null,
        '2020-01-06 11:04', '2020-01-06 11:04');

select results_eq(
    $$ select command, started_at, is_failed, message
       from perf_internal.get_runs('2020-01-06 11:00')
       order by 2 $$,
    $$ values
        ('call perf.run_job(''aggregate'')', '2020-01-06 11:00'::timestamptz, false,
            '1 row'),
        ('call perf.run_job(''aggregate'')', '2020-01-06 11:01', true, 'ERROR: oh'),
        ('call perf.run_job(''aggregate'')', '2020-01-06 11:02', false, null) $$,
    'and those of pg_cron, only of our jobs in this database'
);

select is(
    (select count(*) from perf_internal.get_runs('2020-01-06 10:00')),
    7::bigint,
    'both together'
);
savepoint before;
insert into cron.job_run_details (command, status, return_message) values
    ('call perf.run_job(''cleanup'')', 'failed', 'connection failed'),
    ('call perf.run_job(''cleanup'')', 'failed', 'connection failed'),
    ('call perf.run_job(''aggregate'')', 'failed', 'connection failed'),
    ('select 1', 'failed', 'connection failed');
select results_eq(
    $$ select command, is_failed, message
       from perf_internal.get_runs('2020-01-06 11:00')
       where started_at is null
       order by command $$,
    $$ values
        ('call perf.run_job(''aggregate'')', true, 'connection failed'),
        ('call perf.run_job(''cleanup'')', true, 'connection failed') $$,
    'a job that pg_cron cannot start has a last run without a time'
);
insert into cron.job_run_details (command, status, start_time, end_time) values
    ('call perf.run_job(''cleanup'')', 'succeeded', '2020-01-06 11:05', '2020-01-06 11:05'),
    ('call perf.run_job(''aggregate'')', 'succeeded', '2020-01-06 11:05', '2020-01-06 11:05');
select is_empty(
    $$ select * from perf_internal.get_runs('2020-01-06 11:00') where started_at is null $$,
    'until a later run has ended'
);
rollback to before;
select is_empty('select * from perf_internal.get_runs(null)', 'since null there are none');

set local role perf_analyst;
select is(
    (select count(*) from perf_internal.get_runs('2020-01-06 10:00')),
    7::bigint,
    'perf_analyst may ask, without rights on the tables of pg_cron'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf_internal.get_runs('2020-01-06') $$,
    '42501',
    'this needs the role analyst or admin',
    'a stranger may not'
);

set local role perf_recorder;
select throws_ok(
    $$ select * from perf_internal.get_runs('2020-01-06') $$, '42501', null, 'nor may perf_recorder'
);

set local role anon;
select throws_ok(
    $$ select * from perf_internal.get_runs('2020-01-06') $$, '42501', null, 'nor may anon'
);

select * from finish();
rollback;
