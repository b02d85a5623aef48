-- Raw rows refer to kinds of jobs without a foreign key. A kind that is gone, or has another id,
-- would stop every later run.
create or replace function perf_internal.keep_job_kinds()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception using
        errcode = 'restrict_violation',
        message = 'job_kinds rows are kept for ever: measured jobs refer to them',
        hint = 'Rename the workflow or worker instead, or retire it.';
end
$$;

comment on function perf_internal.keep_job_kinds is
    'Trigger: refuses to remove a kind of jobs that what was measured refers to.';

revoke execute on function perf_internal.keep_job_kinds from public;

create or replace trigger keep_job_kinds
    before delete or truncate or update of id on perf_internal.job_kinds
    for each statement execute function perf_internal.keep_job_kinds();
