-- Our jobs that pg_cron does not have, or has switched off or with another schedule or command.
select j.job_name
from perf_internal.get_jobs() as j
where not exists (
    select
    from cron.job as c
    where c.jobname = j.job_name
        and c.schedule = j.schedule
        and c.command = j.command
        and c.database = current_database()
        and c.active
)
order by 1
