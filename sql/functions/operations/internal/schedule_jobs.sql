-- security definer: jobs belong to the owner of the functions that they call. Dynamic SQL, because
-- the schema cron may not exist when this function is created.
--
-- It makes no partitions. pg_cron learns of a job from an invalidation message. When one transaction
-- sends more messages than the queue of the server holds (4096, and a first set of partitions is
-- more), the launcher of pg_cron loses its message, and the jobs never run.
create or replace function perf_internal.schedule_jobs()
returns table (job_name text, schedule text, command text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.require_cron();
    for job_name, schedule, command in
        select j.job_name, j.schedule, j.command
        from perf_internal.get_jobs() as j
    loop
        execute 'select cron.schedule($1, $2, $3)'
        using schedule_jobs.job_name, schedule_jobs.schedule, schedule_jobs.command;
        return next;
    end loop;
end
$$;

comment on function perf_internal.schedule_jobs is 'Does the work of perf.schedule_jobs().';

revoke execute on function perf_internal.schedule_jobs from public;
grant execute on function perf_internal.schedule_jobs to authenticated, service_role, perf_admin;
