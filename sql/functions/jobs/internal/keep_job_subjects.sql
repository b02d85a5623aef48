-- The foreign keys of job_kinds refuse it too, also for callers who may not read job_kinds. This
-- trigger says what to do instead, before the foreign key of jobs sends people to delete jobs.
create or replace function perf_internal.keep_job_subjects()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (
        select
        from perf_internal.job_kinds as k
        where (tg_table_name = 'workflows' and k.workflow_id = old.id)
            or (tg_table_name = 'workers' and k.worker_id = old.id)
    ) then
        raise exception using
            errcode = 'restrict_violation',
            message = format(
                '%s %s has a history, which is kept',
                left(tg_table_name, -1),
                perf_internal.quote_value(old.name)
            ),
            hint = format(
                'Retire it instead: perf.retire_%s(%s)', left(tg_table_name, -1), old.id
            );
    end if;
    return old;
end
$$;

comment on function perf_internal.keep_job_subjects is
    'Trigger: refuses to delete a workflow or worker of which jobs were measured, also when none is kept any more.';

revoke execute on function perf_internal.keep_job_subjects from public;

create or replace trigger keep_job_subjects
    before delete on perf.workflows
    for each row execute function perf_internal.keep_job_subjects();

create or replace trigger keep_job_subjects
    before delete on perf.workers
    for each row execute function perf_internal.keep_job_subjects();
