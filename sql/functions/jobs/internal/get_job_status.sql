-- Locked, so that two sessions that finish a job see each other's work.
create or replace function perf_internal.get_job_status(job_id bigint)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_status text;
begin
    select j.status
    into v_status
    from perf.jobs as j
    where j.id = get_job_status.job_id
    for no key update;
    if v_status is null then
        raise exception using
            errcode = 'PT404',
            message = 'there is no job ' || coalesce(get_job_status.job_id::text, 'null'),
            hint = 'perf.create_job() returns the id of a job.';
    end if;
    return v_status;
end
$$;

comment on function perf_internal.get_job_status is
    'Status of a job, which stays until the transaction ends. Error PT404: there is none of this id.';

revoke execute on function perf_internal.get_job_status from public;
