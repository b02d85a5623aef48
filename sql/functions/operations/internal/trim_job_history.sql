-- security definer: the history belongs to the owner of the jobs. pg_cron itself never trims it.
-- Dynamic SQL, because the schema cron may not exist when this function is created.
create or replace function perf_internal.trim_job_history(as_of timestamptz)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_cutoff timestamptz := trim_job_history.as_of
        - (select t.keep from perf.retention as t where t.pipeline = 'schedule');
    v_cron_runs bigint := 0;
    v_worker_runs bigint;
begin
    perform perf_internal.require_role('admin');
    -- A later time would remove what is to be kept. The clock of a caller may be a little ahead.
    perform perf_internal.check_as_of(
        trim_job_history.as_of, latest => now() + interval '1 hour'
    );
    if to_regclass('cron.job_run_details') is not null then
        execute
            'with deleted as (
                delete from cron.job_run_details as d
                where (
                        d.end_time < $1
                        -- A run that could not start has no times; later ones have higher ids.
                        or d.start_time is null
                            and d.runid < (
                                select max(o.runid)
                                from cron.job_run_details as o
                                where o.end_time < $1
                            )
                    )
                    and d.database = current_database()
                    and d.command in (select j.command from perf_internal.get_jobs() as j)
                returning 1
            )
            select count(*) from deleted'
        into v_cron_runs
        using v_cutoff;
    end if;
    delete from perf_internal.worker_runs as w
    where w.finished_at < v_cutoff;
    get diagnostics v_worker_runs = row_count;
    return v_cron_runs + v_worker_runs;
end
$$;

comment on function perf_internal.trim_job_history is 'Does the work of perf.trim_job_history().';

revoke execute on function perf_internal.trim_job_history from public;
grant execute on function perf_internal.trim_job_history to authenticated, service_role, perf_admin;
