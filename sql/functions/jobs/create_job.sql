-- plpgsql, because that keeps the plan.
create or replace function perf.create_job(
    workflow_name text,
    model_type text default null,
    resolution_tier text default null,
    parameters jsonb default '{}',
    project_name text default null,
    character_name text default null,
    scene_name text default null,
    external_id text default null
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    return perf_internal.create_job(
        create_job.workflow_name,
        create_job.model_type,
        create_job.resolution_tier,
        create_job.parameters,
        create_job.project_name,
        create_job.character_name,
        create_job.scene_name,
        create_job.external_id
    );
end
$$;

comment on function perf.create_job is
    'Adds a job to the queue and returns its id. Workflow, project, character and scene are found by name, or added. With an external_id a retry is harmless: it returns the id of the job that has it, and changes nothing. Errors: 22023 bad argument, PT409 the workflow is retired, 42501 not a recorder.';

revoke execute on function perf.create_job from public;
grant execute on function perf.create_job
    to authenticated, service_role, perf_admin, perf_recorder;
