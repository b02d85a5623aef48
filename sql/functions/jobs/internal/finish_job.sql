-- The worker is added before the job is locked, as recording by name does. So two sessions wait in one
-- direction and cannot deadlock.
create or replace function perf_internal.finish_job(
    job_id bigint,
    status text,
    worker_name text,
    completed_at timestamptz,
    result jsonb,
    error_type text
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_worker_id bigint := case
        when finish_job.worker_name is not null
        then perf_internal.add_worker(finish_job.worker_name)
    end;
    v_status text := perf_internal.get_job_status(finish_job.job_id);
    v_job record;
begin
    if v_status = finish_job.status then
        return false;
    elsif v_status not in ('queued', 'running') then
        raise exception using
            errcode = 'PT409',
            message = format(
                'job %s is %s and cannot become %s', finish_job.job_id, v_status, finish_job.status
            ),
            hint = 'A job that completed, failed or was cancelled is over. Create a job for each attempt.';
    end if;
    if finish_job.completed_at is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'completed_at must not be null',
            hint = 'Leave it out to mean now.';
    end if;
    select j.started_at, j.worker_id
    into v_job
    from perf.jobs as j
    where j.id = finish_job.job_id;
    if v_job.started_at > finish_job.completed_at then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'completed_at must not be before %s, when job %s started, got %s',
                v_job.started_at,
                finish_job.job_id,
                finish_job.completed_at
            ),
            hint = 'Take both times from one clock: give completed_at where started_at was given.';
    end if;
    if finish_job.status = 'completed' and coalesce(v_job.worker_id, v_worker_id) is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('worker_name must be given, because job %s has no worker', finish_job.job_id);
    end if;
    if v_job.worker_id <> v_worker_id then
        raise exception using
            errcode = 'PT409',
            message = format(
                'job %s runs on another worker than %s',
                finish_job.job_id,
                perf_internal.quote_value(finish_job.worker_name)
            ),
            hint = 'Leave worker_name out: the job has a worker.';
    end if;
    -- The trigger checks the rest. This is a constraint too, whose detail would have the whole value.
    if jsonb_typeof(finish_job.result) <> 'object' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'result must be a JSON object, got '
                || perf_internal.quote_json(finish_job.result);
    end if;
    update perf.jobs as j
    set status = finish_job.status,
        worker_id = coalesce(j.worker_id, v_worker_id),
        completed_at = finish_job.completed_at,
        result = finish_job.result,
        error_type = finish_job.error_type
    where j.id = finish_job.job_id;
    return true;
end
$$;

comment on function perf_internal.finish_job is
    'Completes, fails or cancels a job; false if it has that status. Errors: 22023 bad argument, PT404 no such job, PT409 another status or worker.';

revoke execute on function perf_internal.finish_job from public;
