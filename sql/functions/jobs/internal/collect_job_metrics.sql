-- security definer: a session that may write jobs may not write what was measured of them. It runs
-- once per statement, so that a load of many jobs takes one insert. Its error ends the statement that
-- writes the jobs, so each job that is over has one row.
--
-- Each job that becomes completed or failed has its own notification, up to 100 in a statement. A
-- larger statement has one for all: a listener that is told of a load reads the tables. No two are
-- equal, because each has an id. NOTIFY makes commits wait for each other, so a database with many
-- clients and no listener may turn it off: alter database ... set perf.notify_jobs = off.
--
-- Nested loops only, because the plan is kept for a session, and 1 job and 10,000 need the same.
-- Generic plans, because planning takes longer than the rest.
create or replace function perf_internal.collect_job_metrics()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_hashjoin = off
set plan_cache_mode = force_generic_plan
set enable_mergejoin = off
as $$
declare
    v_jobs perf.jobs[];
    v_job perf.jobs;
    v_problem text;
    v_names text[];
    v_setting text;
begin
    perform perf_internal.check_trigger_table(tg_table_schema);
    if tg_op = 'INSERT' then
        v_jobs := array(
            select row(n.*)::perf.jobs
            from new_jobs as n
            where n.status in ('completed', 'failed')
        );
    else
        v_jobs := array(
            select row(n.*)::perf.jobs
            from new_jobs as n
            where n.status in ('completed', 'failed')
                and n.id not in (
                    select o.id
                    from old_jobs as o
                    where o.status in ('completed', 'failed')
                )
        );
    end if;
    if v_jobs = '{}' then
        return null;
    end if;
    -- Fails while a restore is under way, because its end would take the row for a restored one.
    perform perf_internal.check_origin();
    foreach v_job in array v_jobs loop
        v_problem := perf_internal.get_finish_problem(
            v_job.started_at, v_job.completed_at, v_job.result
        );
        exit when v_problem is not null;
    end loop;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = case
                when cardinality(v_jobs) > 1 then format('job %s: %s', v_job.id, v_problem)
                else v_problem
            end;
    end if;
    -- Sorted, and only what is missing, so that two sessions that add the same kinds wait in one
    -- direction and cannot deadlock.
    insert into perf_internal.job_kinds (workflow_id, worker_id, resolution_tier, model_type)
    select distinct
        j.workflow_id,
        j.worker_id,
        coalesce(btrim(j.result ->> 'resolution_tier'), j.resolution_tier),
        j.model_type
    from unnest(v_jobs) as j
    where not exists (
        select
        from perf_internal.job_kinds as k
        where k.workflow_id = j.workflow_id
            and coalesce(k.worker_id, 0) = coalesce(j.worker_id, 0)
            and coalesce(k.resolution_tier, '')
                = coalesce(btrim(j.result ->> 'resolution_tier'), j.resolution_tier, '')
            and coalesce(k.model_type, '') = coalesce(j.model_type, '')
    )
    order by 1, 2, 3, 4
    on conflict do nothing;
    -- Assigned, here and below, because perform takes several times as long.
    v_setting := set_config('perf.rows_are_checked', 'on', true);
    -- By itself: in a cluster what follows the insert in a statement may run on a machine that does not
    -- have the type of v_jobs.
    insert into perf.performance_metrics (
        series_id,
        created_at,
        job_id,
        workflow_id,
        worker_id,
        project_id,
        character_id,
        scene_id,
        total_gpu_time_ms,
        total_wall_time_ms,
        time_per_frame_ms,
        vram_peak_mb,
        frame_count,
        failed,
        resolution_tier,
        model_type,
        error_type,
        quality_scores_json,
        pipeline_stages_json
    )
    select
        k.id,
        j.completed_at,
        j.id,
        j.workflow_id,
        j.worker_id,
        j.project_id,
        j.character_id,
        j.scene_id,
        round((j.result ->> 'total_gpu_time_ms')::numeric),
        round(
            coalesce(
                (j.result ->> 'total_wall_time_ms')::numeric,
                -- A job that was forgotten for months has no wall time worth counting.
                case
                    when extract(epoch from j.completed_at - j.started_at) <= 1e7
                    then extract(epoch from j.completed_at - j.started_at) * 1000
                end
            )
        ),
        -- A smaller number is an error as real.
        case
            when (j.result ->> 'time_per_frame_ms')::numeric < 1e-30 then 0
            else (j.result ->> 'time_per_frame_ms')::numeric
        end,
        round((j.result ->> 'vram_peak_mb')::numeric),
        (j.result ->> 'frame_count')::numeric,
        j.status = 'failed',
        k.resolution_tier,
        j.model_type,
        j.error_type,
        case when j.result is not null then perf_internal.get_quality_scores(j.result) end,
        case when j.result is not null then perf_internal.get_pipeline_stages(j.result) end
    from unnest(v_jobs) as j
    join perf_internal.job_kinds as k
        on k.workflow_id = j.workflow_id
        and coalesce(k.worker_id, 0) = coalesce(j.worker_id, 0)
        and coalesce(k.resolution_tier, '')
            = coalesce(btrim(j.result ->> 'resolution_tier'), j.resolution_tier, '')
        and coalesce(k.model_type, '') = coalesce(j.model_type, '');
    select array_agg(distinct n.name)
    into v_names
    from unnest(v_jobs) as j
    cross join lateral (
        select 'quality.' || q
        from jsonb_object_keys(
            case when j.result is not null then perf_internal.get_quality_scores(j.result) end
        ) as q
        union all
        select 'stage.' || (t ->> 'name')
        from jsonb_array_elements(
            case when j.result is not null then perf_internal.get_pipeline_stages(j.result) end
        ) as t
    ) as n (name);
    if v_names is not null then
        perform perf_internal.add_named_metrics('jobs', v_names);
    end if;
    v_setting := set_config('perf.rows_are_checked', 'off', true);
    if v_setting = 'off' and current_setting('perf.notify_jobs', true) = 'off' then
        return null;
    elsif cardinality(v_jobs) > 100 then
        perform pg_notify(
            'perf_job_completed',
            (
                select jsonb_build_object(
                    'jobs', count(*),
                    'failed', count(*) filter (where j.status = 'failed'),
                    'first_job_id', min(j.id),
                    'last_job_id', max(j.id)
                )::text
                from unnest(v_jobs) as j
            )
        );
    else
        perform pg_notify(
            'perf_job_completed',
            jsonb_build_object(
                'job_id', j.id,
                'external_id', j.external_id,
                'workflow_id', j.workflow_id,
                'worker_id', j.worker_id,
                'model_type', j.model_type,
                'status', j.status
            )::text
        )
        from unnest(v_jobs) as j;
    end if;
    return null;
end
$$;

comment on function perf_internal.collect_job_metrics is
    'Trigger: writes what was measured of each job that became completed or failed, and notifies perf_job_completed: {"job_id", "external_id", "workflow_id", "worker_id", "model_type", "status"} for each job, or {"jobs", "failed", "first_job_id", "last_job_id"} for a statement with more than 100. Nothing is notified where perf.notify_jobs is off. Errors: 22023 naming the key of the result, PT409 a restore is under way.';

revoke execute on function perf_internal.collect_job_metrics from public;

create or replace trigger collect_new_jobs
    after insert on perf.jobs
    referencing new table as new_jobs
    for each statement execute function perf_internal.collect_job_metrics();

create or replace trigger collect_changed_jobs
    after update on perf.jobs
    referencing old table as old_jobs new table as new_jobs
    for each statement execute function perf_internal.collect_job_metrics();
