-- security definer: callers may not write jobs themselves; their role is checked first.
create or replace function perf_internal.start_job(
    job_id bigint,
    worker_name text,
    started_at timestamptz
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_worker_id bigint;
    v_status text;
begin
    perform perf_internal.require_role('recorder');
    if start_job.started_at is null
        or start_job.started_at < '1970-01-01 00:00+00'
        or start_job.started_at > now() + interval '1 day'
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'started_at must be between 1970 and tomorrow, got '
                || coalesce(start_job.started_at::text, 'null');
    end if;
    v_worker_id := perf_internal.add_worker(start_job.worker_name);
    v_status := perf_internal.get_job_status(start_job.job_id);
    if v_status = 'queued' then
        update perf.jobs as j
        set status = 'running',
            worker_id = v_worker_id,
            started_at = start_job.started_at
        where j.id = start_job.job_id;
        return true;
    elsif exists (
        select
        from perf.jobs as j
        where j.id = start_job.job_id
            and j.status <> 'cancelled'
            and j.worker_id = v_worker_id
    ) then
        return false;
    end if;
    raise exception using
        errcode = 'PT409',
        message = format(
            'job %s is %s, and %s cannot start it',
            start_job.job_id,
            v_status,
            perf_internal.quote_value(start_job.worker_name)
        ),
        hint = case v_status
            when 'cancelled' then 'Create a job for each attempt.'
            else 'Another worker has it, or it ended without one.'
        end;
end
$$;

comment on function perf_internal.start_job is 'Does the work of perf.start_job().';

revoke execute on function perf_internal.start_job from public;
grant execute on function perf_internal.start_job
    to authenticated, service_role, perf_admin, perf_recorder;
