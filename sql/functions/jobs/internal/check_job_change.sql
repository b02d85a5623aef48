-- What was measured is not measured again, so a finished job must not change what was measured of
-- it. Each attempt is a job: a running job does not go back to the queue.
create or replace function perf_internal.check_job_change()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'UPDATE' then
        if old.id <> new.id then
            raise exception using
                errcode = 'PT409',
                message = format('job %s keeps its id', old.id);
        end if;
        if old.status <> new.status
            and (old.status not in ('queued', 'running') or new.status = 'queued')
        then
            raise exception using
                errcode = 'PT409',
                message = format('job %s is %s and cannot become %s', old.id, old.status, new.status),
                hint = 'A job that completed, failed or was cancelled is over. Create a job for each attempt.';
        end if;
        if old.status in ('completed', 'failed')
            and row(
                new.workflow_id, new.worker_id, new.model_type, new.resolution_tier,
                new.created_at, new.started_at, new.completed_at, new.result, new.error_type
            ) is distinct from row(
                old.workflow_id, old.worker_id, old.model_type, old.resolution_tier,
                old.created_at, old.started_at, old.completed_at, old.result, old.error_type
            )
        then
            raise exception using
                errcode = 'PT409',
                message = format('job %s is %s, and what was measured stays', old.id, old.status),
                hint = 'Its parameters, external_id, project, character and scene may change.';
        end if;
    end if;
    if new.status = 'running' then
        new.started_at := coalesce(new.started_at, now());
    elsif new.status <> 'queued' then
        new.completed_at := coalesce(new.completed_at, now());
    end if;
    return new;
end
$$;

comment on function perf_internal.check_job_change is
    'Trigger: refuses (PT409) a way back to an earlier status, and changes of what was measured of a job. A job starts or is completed now unless its time is given.';

revoke execute on function perf_internal.check_job_change from public;

-- Not for the jobs that recording inserts, because they have their times.
create or replace trigger check_new_job
    before insert on perf.jobs
    for each row
    when (
        (new.status = 'running' and new.started_at is null)
        or (new.status not in ('queued', 'running') and new.completed_at is null)
    )
    execute function perf_internal.check_job_change();

create or replace trigger check_job_change
    before update on perf.jobs
    for each row execute function perf_internal.check_job_change();
