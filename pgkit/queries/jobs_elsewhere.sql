-- What to schedule in the database of pg_cron for this one: name there, schedule, command, database to
-- run it in (nothing for its own), and as whom, which only a superuser may choose.
with me as (
    select
        ' in ' || current_database() as suffix,
        case when r.rolsuper then pg_get_userbyid(n.nspowner) end as username
    from pg_catalog.pg_roles as r, pg_catalog.pg_namespace as n
    where r.rolname = current_user
        and n.nspname = 'perf'
)

select j.job_name || m.suffix, j.schedule, j.command, current_database() as database, m.username
from perf_internal.get_jobs() as j, me as m

union all

select
    'pgkit-trim-cron-history' || m.suffix,
    '30 2 * * *',
    format(
        'delete from cron.job_run_details where database = %L and command like %L'
        ' and coalesce(end_time < now() - interval %L, start_time is null and runid < ('
        'select max(runid) from cron.job_run_details where end_time < now() - interval %L))',
        current_database(),
        'call perf.run_job(%',
        t.keep,
        t.keep
    ),
    null,
    null
from perf.retention as t, me as m
where t.pipeline = 'schedule'
    and t.keep is not null
