-- For PostgREST, which joins a table with another one by such a function where there is no foreign
-- key. The planner puts the body in place of the call only if the function pins no search_path.
create or replace function perf.jobs(job perf.performance_metrics)
returns setof perf.jobs
language sql
stable
rows 1
as $$
    select j.*
    from perf.jobs as j
    where j.id operator(pg_catalog.=) (jobs.job).job_id;
$$;

comment on function perf.jobs(perf.performance_metrics) is
    'Relationship for PostgREST: the job of a row of perf.performance_metrics.';

revoke execute on function perf.jobs(perf.performance_metrics) from public;
grant execute on function perf.jobs(perf.performance_metrics)
    to authenticated, service_role, perf_admin, perf_analyst;

create or replace function perf.workflows(job perf.performance_metrics)
returns setof perf.workflows
language sql
stable
rows 1
as $$
    select f.*
    from perf.workflows as f
    where f.id operator(pg_catalog.=) (workflows.job).workflow_id;
$$;

comment on function perf.workflows(perf.performance_metrics) is
    'Relationship for PostgREST: the workflow of a job''s row.';

revoke execute on function perf.workflows(perf.performance_metrics) from public;
grant execute on function perf.workflows(perf.performance_metrics)
    to authenticated, service_role, perf_admin, perf_analyst;

create or replace function perf.workers(job perf.performance_metrics)
returns setof perf.workers
language sql
stable
rows 1
as $$
    select w.*
    from perf.workers as w
    where w.id operator(pg_catalog.=) (workers.job).worker_id;
$$;

comment on function perf.workers(perf.performance_metrics) is
    'Relationship for PostgREST: the worker of a job''s row.';

revoke execute on function perf.workers(perf.performance_metrics) from public;
grant execute on function perf.workers(perf.performance_metrics)
    to authenticated, service_role, perf_admin, perf_analyst;

create or replace function perf.projects(job perf.performance_metrics)
returns setof perf.projects
language sql
stable
rows 1
as $$
    select p.*
    from perf.projects as p
    where p.id operator(pg_catalog.=) (projects.job).project_id;
$$;

comment on function perf.projects(perf.performance_metrics) is
    'Relationship for PostgREST: the project of a job''s row.';

revoke execute on function perf.projects(perf.performance_metrics) from public;
grant execute on function perf.projects(perf.performance_metrics)
    to authenticated, service_role, perf_admin, perf_analyst;

create or replace function perf.characters(job perf.performance_metrics)
returns setof perf.characters
language sql
stable
rows 1
as $$
    select c.*
    from perf.characters as c
    where c.id operator(pg_catalog.=) (characters.job).character_id;
$$;

comment on function perf.characters(perf.performance_metrics) is
    'Relationship for PostgREST: the character of a job''s row.';

revoke execute on function perf.characters(perf.performance_metrics) from public;
grant execute on function perf.characters(perf.performance_metrics)
    to authenticated, service_role, perf_admin, perf_analyst;

create or replace function perf.scenes(job perf.performance_metrics)
returns setof perf.scenes
language sql
stable
rows 1
as $$
    select s.*
    from perf.scenes as s
    where s.id operator(pg_catalog.=) (scenes.job).scene_id;
$$;

comment on function perf.scenes(perf.performance_metrics) is
    'Relationship for PostgREST: the scene of a job''s row.';

revoke execute on function perf.scenes(perf.performance_metrics) from public;
grant execute on function perf.scenes(perf.performance_metrics)
    to authenticated, service_role, perf_admin, perf_analyst;
