create or replace function perf.trim_job_history(as_of timestamptz default now())
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.trim_job_history(
        trim_job_history.as_of
    );
$$;

comment on function perf.trim_job_history is
    'Deletes the history of our own jobs, of pg_cron and of pgkit worker, that is older than perf.retention keeps job_history. Returns the number of runs.';

revoke execute on function perf.trim_job_history from public;
grant execute on function perf.trim_job_history to authenticated, service_role, perf_admin;
