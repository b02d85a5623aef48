create or replace function perf_internal.get_jobs()
returns table (job_name text, schedule text, command text)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    values
        ('pgkit-aggregate', '* * * * *', 'call perf.keep_aggregated()'),
        ('pgkit-partitions', '0 2 * * *', 'select * from perf.ensure_partitions()'),
        ('pgkit-cleanup', '0 2 * * *', 'select * from perf.cleanup_old_performance_data()'),
        ('pgkit-config-guards', '* * * * *', 'select * from perf.check_config_guards()'),
        ('pgkit-trim-job-history', '30 2 * * *', 'select perf.trim_job_history()');
$$;

comment on function perf_internal.get_jobs is
    'What is to run when (cron expression, GMT), by pg_cron or by pgkit worker.';

revoke execute on function perf_internal.get_jobs from public;
grant execute on function perf_internal.get_jobs
    to authenticated, service_role, perf_admin, perf_analyst;
