begin;
select plan(10);

select throws_ok(
    'select * from perf.schedule_jobs()',
    'PT409',
    'pg_cron is not installed in this database',
    'refuses where pg_cron is missing'
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

insert into cron.job (jobname, schedule, command) values
    ('backup', '0 3 * * *', 'select 1'),
    ('pgkit-aggregate', '0 0 1 1 *', 'select 2');

select set_eq(
    'select * from perf.schedule_jobs()',
    'select * from perf_internal.get_jobs()',
    'returns the jobs it registers'
);

select set_eq(
    $$ select jobname, schedule, command from cron.job where jobname <> 'backup' $$,
    'select * from perf_internal.get_jobs()',
    'pg_cron has them, the one of the same name replaced'
);

select results_eq(
    $$ select schedule, command from cron.job where jobname = 'backup' $$,
    $$ values ('0 3 * * *', 'select 1') $$,
    'the job of somebody else stays'
);

create temporary table before as select * from cron.job;

select lives_ok('select * from perf.schedule_jobs()', 'a second run is no error');
select set_eq('select * from cron.job', 'select * from before', 'and changes nothing');

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst');

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select lives_ok('select * from perf.schedule_jobs()', 'an admin by token may');

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'select * from perf.schedule_jobs()',
    '42501',
    'this needs the role admin',
    'an analyst by token may not'
);

set local role perf_analyst;
select throws_ok('select * from perf.schedule_jobs()', '42501', null, 'perf_analyst may not');

set local role anon;
select throws_ok('select * from perf.schedule_jobs()', '42501', null, 'anon may not');

select * from finish();
rollback;
