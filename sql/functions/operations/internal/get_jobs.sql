create or replace function perf_internal.get_jobs()
returns table (job_name text, schedule text, command text)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    values
        ('pgkit-aggregate', '* * * * *', 'call perf.run_job(''aggregate'')'),
        ('pgkit-alerts', '* * * * *', 'call perf.run_job(''alerts'')'),
        -- Often, so that a new database does not fill its default partitions. It is a look when
        -- nothing is missing.
        ('pgkit-partitions', '*/10 * * * *', 'call perf.run_job(''partitions'')'),
        ('pgkit-cleanup', '0 2 * * *', 'call perf.run_job(''cleanup'')'),
        -- When cleanup has ended.
        ('pgkit-verification', '0 3 * * *', 'call perf.run_job(''verification'')'),
        ('pgkit-config-guards', '* * * * *', 'call perf.run_job(''config-guards'')'),
        ('pgkit-daily-log', '5 * * * *', 'call perf.run_job(''daily-log'')'),
        ('pgkit-trim-job-history', '30 2 * * *', 'call perf.run_job(''trim-job-history'')');
$$;

comment on function perf_internal.get_jobs is
    'The jobs: name, schedule (cron expression, GMT) and command. pg_cron or pgkit worker runs them.';

revoke execute on function perf_internal.get_jobs from public;
grant execute on function perf_internal.get_jobs
    to authenticated, service_role, perf_admin, perf_analyst;
