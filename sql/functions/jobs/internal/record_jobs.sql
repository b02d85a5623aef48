-- Jobs are inserted in the order of their external_id, so that two batches cannot deadlock. The
-- unique key lets one of two sessions record a job; the other waits for that transaction, and then
-- finds the job over.
-- Generic plans, because planning takes longer than the rest.
create or replace function perf_internal.record_jobs(reports perf_internal.job_report[])
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    v_reports perf_internal.job_report[] := perf_internal.resolve_reports(record_jobs.reports);
    v_recorded bigint;
    v_finished bigint := 0;
begin
    if exists (select from unnest(v_reports) as r where r.job_id is not null) then
        update perf.jobs as j
        set workflow_id = n.workflow_id,
            worker_id = coalesce(n.worker_id, j.worker_id),
            project_id = coalesce(n.project_id, j.project_id),
            character_id = coalesce(n.character_id, j.character_id),
            scene_id = coalesce(n.scene_id, j.scene_id),
            model_type = coalesce(n.model_type, j.model_type),
            resolution_tier = coalesce(n.resolution_tier, j.resolution_tier),
            status = case when n.success then 'completed' else 'failed' end,
            parameters = coalesce(nullif(n.parameters, '{}'), j.parameters),
            started_at = coalesce(n.started_at, least(j.started_at, n.completed_at)),
            completed_at = n.completed_at,
            result = n.result,
            error_type = n.error_type
        from (
            select r.*
            from unnest(v_reports) as r
            join perf.jobs as k on k.id = r.job_id
            where k.status in ('queued', 'running')
            order by r.job_id
            for no key update of k
        ) as n
        where j.id = n.job_id;
        get diagnostics v_finished = row_count;
    end if;
    insert into perf.jobs as j (
        external_id,
        workflow_id,
        worker_id,
        project_id,
        character_id,
        scene_id,
        model_type,
        resolution_tier,
        status,
        parameters,
        created_at,
        started_at,
        completed_at,
        result,
        error_type
    )
    select
        r.external_id,
        r.workflow_id,
        r.worker_id,
        r.project_id,
        r.character_id,
        r.scene_id,
        r.model_type,
        r.resolution_tier,
        case when r.success then 'completed' else 'failed' end,
        r.parameters,
        least(r.started_at, r.completed_at, now()),
        r.started_at,
        r.completed_at,
        r.result,
        r.error_type
    from unnest(v_reports) as r
    where r.job_id is null
    order by r.external_id
    -- A job that was created before, and is not over, is finished now.
    on conflict (external_id) do update
        set workflow_id = excluded.workflow_id,
            worker_id = coalesce(excluded.worker_id, j.worker_id),
            project_id = coalesce(excluded.project_id, j.project_id),
            character_id = coalesce(excluded.character_id, j.character_id),
            scene_id = coalesce(excluded.scene_id, j.scene_id),
            model_type = coalesce(excluded.model_type, j.model_type),
            resolution_tier = coalesce(excluded.resolution_tier, j.resolution_tier),
            status = excluded.status,
            parameters = coalesce(nullif(excluded.parameters, '{}'), j.parameters),
            started_at = coalesce(excluded.started_at, least(j.started_at, excluded.completed_at)),
            completed_at = excluded.completed_at,
            result = excluded.result,
            error_type = excluded.error_type
        where j.status in ('queued', 'running');
    get diagnostics v_recorded = row_count;
    return v_finished + v_recorded;
end
$$;

comment on function perf_internal.record_jobs is
    'Records jobs that were checked, with what they name; returns how many were new. For perf.record_job_metrics() and its batch.';

revoke execute on function perf_internal.record_jobs from public;
