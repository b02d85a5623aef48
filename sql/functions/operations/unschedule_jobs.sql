create or replace function perf.unschedule_jobs()
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.unschedule_jobs();
$$;

comment on function perf.unschedule_jobs is
    'Removes our jobs from pg_cron and returns their number. Errors: PT409 where pg_cron is not installed.';

revoke execute on function perf.unschedule_jobs from public;
grant execute on function perf.unschedule_jobs to authenticated, service_role, perf_admin;
