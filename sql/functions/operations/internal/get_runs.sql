-- security definer: pg_cron shows a run only to the owner of the job. Dynamic SQL, because the
-- schema cron may not exist when this function is created.
--
-- pg_cron notes no time for a run that it could not start ("connection failed"). Such a run counts
-- while no later run of the same job has ended.
create or replace function perf_internal.get_runs(since timestamptz)
returns table (command text, started_at timestamptz, is_failed boolean, message text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform perf_internal.require_role('analyst', 'admin');
    if to_regclass('cron.job_run_details') is not null then
        return query execute
            'select d.command, d.start_time, d.status = ''failed'', d.return_message
            from cron.job_run_details as d
            where d.start_time >= $1
                and d.database = current_database()
                and d.command in (select j.command from perf_internal.get_jobs() as j)
            union all
            select l.command, l.start_time, true, l.return_message
            from perf_internal.get_jobs() as j
            cross join lateral (
                select d.command, d.start_time, d.status, d.return_message
                from cron.job_run_details as d
                where d.command = j.command
                    and d.database = current_database()
                    and d.status in (''succeeded'', ''failed'')
                order by d.runid desc
                limit 1
            ) as l
            where l.status = ''failed''
                and l.start_time is null
                and $1 is not null'
        using get_runs.since;
    end if;
    return query
    select j.command, w.started_at, w.error_message is not null, w.error_message
    from perf_internal.worker_runs as w
    join perf_internal.get_jobs() as j on j.job_name = w.job_name
    where w.started_at >= get_runs.since;
end
$$;

comment on function perf_internal.get_runs is
    'Runs of our jobs since a time, by pg_cron and by pgkit worker; also the last run of a job, without a time, if pg_cron could not start it.';

revoke execute on function perf_internal.get_runs from public;
grant execute on function perf_internal.get_runs
    to authenticated, service_role, perf_admin, perf_analyst;
