create or replace function perf.schedule_jobs()
returns table (job_name text, schedule text, command text)
language sql
set search_path = pg_catalog, pg_temp
as $$
    select
        c.job_name,
        c.schedule,
        c.command
    from perf_internal.schedule_jobs() as c;
$$;

comment on function perf.schedule_jobs is
    'Registers the jobs with pg_cron in place of those of the same name, and returns them. The job pgkit-partitions makes the partitions that are missing. Errors: PT409 where pg_cron is not installed.';

revoke execute on function perf.schedule_jobs from public;
grant execute on function perf.schedule_jobs to authenticated, service_role, perf_admin;
