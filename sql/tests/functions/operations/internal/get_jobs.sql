begin;
select plan(3);

select results_eq(
    'select j.job_name, j.schedule, j.command from perf_internal.get_jobs() as j order by 1',
    $$ values
        ('pgkit-aggregate', '* * * * *', 'call perf.run_job(''aggregate'')'),
        ('pgkit-alerts', '* * * * *', 'call perf.run_job(''alerts'')'),
        ('pgkit-cleanup', '0 2 * * *', 'call perf.run_job(''cleanup'')'),
        ('pgkit-config-guards', '* * * * *', 'call perf.run_job(''config-guards'')'),
        ('pgkit-daily-log', '5 * * * *', 'call perf.run_job(''daily-log'')'),
        ('pgkit-partitions', '*/10 * * * *', 'call perf.run_job(''partitions'')'),
        ('pgkit-trim-job-history', '30 2 * * *', 'call perf.run_job(''trim-job-history'')'),
        ('pgkit-verification', '0 3 * * *', 'call perf.run_job(''verification'')') $$,
    'names every job, when it runs and what it calls'
);

select is_empty(
    $$ select j.job_name from perf_internal.get_jobs() as j
       where j.command <> format('call perf.run_job(%L)', regexp_replace(j.job_name, '^pgkit-', ''))
    $$,
    'every name has our prefix, every command runs the job of that name'
);

set local role perf_recorder;
select throws_ok(
    'select * from perf_internal.get_jobs()', '42501', null, 'perf_recorder may not ask'
);

select * from finish();
rollback;
