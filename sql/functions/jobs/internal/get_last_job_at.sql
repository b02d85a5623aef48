-- An index finds the last raw row of each partition, and the last bucket of each series.
create or replace function perf_internal.get_last_job_at(
    workflow_id bigint default null,
    worker_id bigint default null
)
returns timestamptz
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_last timestamptz;
    v_ids uuid[];
begin
    if get_last_job_at.workflow_id is not null then
        select r.created_at
        into v_last
        from perf.performance_metrics as r
        where r.workflow_id = get_last_job_at.workflow_id
        order by r.created_at desc
        limit 1;
    else
        select r.created_at
        into v_last
        from perf.performance_metrics as r
        where r.worker_id = get_last_job_at.worker_id
        order by r.created_at desc
        limit 1;
    end if;
    if v_last is null and perf_internal.is_distributed() then
        -- Each machine looks through what it has of these series.
        v_ids := array(
            select k.id
            from perf_internal.job_kinds as k
            where k.workflow_id = get_last_job_at.workflow_id
                or (
                    get_last_job_at.workflow_id is null
                    and k.worker_id = get_last_job_at.worker_id
                )
        );
        select max(o.time_bucket)
        into v_last
        from perf_internal.rollups as o
        where o.series_id = any(v_ids);
    elsif v_last is null then
        select max(l.time_bucket)
        into v_last
        from perf_internal.job_kinds as k
        cross join (values ('hourly'), ('daily'), ('weekly')) as g (granularity)
        cross join lateral (
            select o.time_bucket
            from perf_internal.rollups as o
            where o.series_id = k.id
                and o.granularity = g.granularity
            order by o.time_bucket desc
            limit 1
        ) as l
        where k.workflow_id = get_last_job_at.workflow_id
            or (
                get_last_job_at.workflow_id is null
                and k.worker_id = get_last_job_at.worker_id
            );
    end if;
    return v_last;
end
$$;

comment on function perf_internal.get_last_job_at is
    'When the last job of a workflow, or of a worker, ended; where its raw row is gone, the start of its hour, day or week. Null without a job.';

revoke execute on function perf_internal.get_last_job_at from public;
grant execute on function perf_internal.get_last_job_at
    to authenticated, service_role, perf_admin, perf_analyst;
