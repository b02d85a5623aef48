-- security definer: callers may not write jobs or add workflows themselves; their role is checked
-- first.
create or replace function perf_internal.create_job(
    workflow_name text,
    model_type text,
    resolution_tier text,
    parameters jsonb,
    project_name text,
    character_name text,
    scene_name text,
    external_id text
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Not over yet, so it has no times, and needs no worker.
    v_report perf_internal.job_report := row(
        create_job.workflow_name, null, create_job.external_id, null, create_job.resolution_tier,
        create_job.model_type, create_job.parameters, create_job.project_name,
        create_job.character_name, create_job.scene_name, null, null, false, null, null,
        null, null, null, null, null
    );
    v_problem text;
    v_job_id bigint;
begin
    perform perf_internal.require_role('recorder');
    v_problem := perf_internal.get_report_problem(v_report);
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    if exists (
        select
        from perf.workflows as f
        where f.name = btrim(create_job.workflow_name)
            and f.retired_at <= now()
    ) then
        raise exception using
            errcode = 'PT409',
            message = format(
                'workflow %s is retired', perf_internal.quote_value(create_job.workflow_name)
            ),
            hint = 'An admin takes it back with perf.retire_workflow(workflow_id, false).';
    end if;
    v_report := (perf_internal.resolve_reports(array[v_report]))[1];
    insert into perf.jobs as j (
        external_id, workflow_id, project_id, character_id, scene_id, model_type,
        resolution_tier, parameters
    )
    values (
        v_report.external_id, v_report.workflow_id, v_report.project_id, v_report.character_id,
        v_report.scene_id, v_report.model_type, v_report.resolution_tier, v_report.parameters
    )
    on conflict do nothing
    returning j.id into v_job_id;
    return coalesce(
        v_job_id,
        (select j.id from perf.jobs as j where j.external_id = v_report.external_id)
    );
end
$$;

comment on function perf_internal.create_job is 'Does the work of perf.create_job().';

revoke execute on function perf_internal.create_job from public;
grant execute on function perf_internal.create_job
    to authenticated, service_role, perf_admin, perf_recorder;
