-- security definer: jobs belong to the owner of the functions that they call. Dynamic SQL, because
-- the schema cron may not exist when this function is created.
create or replace function perf_internal.unschedule_jobs()
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_removed bigint;
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.require_cron();
    execute
        'select count(cron.unschedule(c.jobid))
        from cron.job as c
        where c.jobname like ''pgkit-%'' and c.database = current_database()'
    into v_removed;
    return v_removed;
end
$$;

comment on function perf_internal.unschedule_jobs is 'Does the work of perf.unschedule_jobs().';

revoke execute on function perf_internal.unschedule_jobs from public;
grant execute on function perf_internal.unschedule_jobs to authenticated, service_role, perf_admin;
