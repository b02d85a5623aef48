begin;
select plan(8);

select throws_ok(
    'select perf.unschedule_jobs()',
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

select is(perf.unschedule_jobs(), 0::bigint, 'without jobs there is nothing to remove');

insert into cron.job (jobname, schedule, command, database) values
    ('backup', '0 3 * * *', 'select 1', current_database()),
    (null, '0 3 * * *', 'select 1', current_database()),
    ('pgkit-elsewhere', '0 3 * * *', 'select 1', 'another_database'),
    ('pgkit-of-an-older-version', '0 3 * * *', 'select 1', current_database());
create temporary table made as select * from perf.schedule_jobs();

select is(
    perf.unschedule_jobs(),
    (select count(*) + 1 from perf_internal.get_jobs()),
    'removes our jobs, those of an older version too, and says how many'
);

select results_eq(
    'select jobname, database = current_database() from cron.job order by jobname',
    $$ values ('backup', true), ('pgkit-elsewhere', false), (null, true) $$,
    'jobs of others and of other databases stay'
);

select is(perf.unschedule_jobs(), 0::bigint, 'a second run removes none');

set local role perf_admin;
select is(perf.unschedule_jobs(), 0::bigint, 'perf_admin may');

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'select perf.unschedule_jobs()', '42501', 'this needs the role admin', 'a stranger may not'
);

set local role anon;
select throws_ok('select perf.unschedule_jobs()', '42501', null, 'anon may not');

select * from finish();
rollback;
