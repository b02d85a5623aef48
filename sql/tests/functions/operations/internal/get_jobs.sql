begin;
select plan(3);

select results_eq(
    'select j.job_name, j.schedule, j.command from perf_internal.get_jobs() as j order by 1',
    $$ values
        ('pgkit-aggregate', '* * * * *', 'call perf.keep_aggregated()'),
        ('pgkit-cleanup', '0 2 * * *', 'select * from perf.cleanup_old_performance_data()'),
        ('pgkit-config-guards', '* * * * *', 'select * from perf.check_config_guards()'),
        ('pgkit-partitions', '0 2 * * *', 'select * from perf.ensure_partitions()'),
        ('pgkit-trim-job-history', '30 2 * * *', 'select perf.trim_job_history()') $$,
    'names every job, when it runs and what it calls'
);

select is_empty(
    $$ select j.job_name from perf_internal.get_jobs() as j
       where j.job_name !~ '^pgkit-'
           or to_regproc(substring(j.command from '(perf\.\w+)\(\)')) is null $$,
    'every name has our prefix, every command calls a function that exists'
);

set local role perf_recorder;
select throws_ok(
    'select * from perf_internal.get_jobs()', '42501', null, 'perf_recorder may not ask'
);

select * from finish();
rollback;
