-- Of the latest jobs, because all of a month would take minutes to read. Those of a workflow are in an
-- index in this order; those of all workflows are not. One workflow after the other, because jobs may be
-- on other machines than workflows.
create or replace function perf.get_job_parameters(
    start_time timestamptz default now() - interval '30 days',
    end_time timestamptz default now(),
    workflow_id bigint default null,
    max_jobs integer default 200,
    max_rows integer default 1000
)
returns table (
    parameter text,
    job_count bigint,
    numeric_count bigint,
    minimum double precision,
    maximum double precision
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
    v_workflow_id bigint;
    v_job_ids bigint[] := '{}'::bigint[];
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_time_range(
        get_job_parameters.start_time, get_job_parameters.end_time
    );
    perform perf_internal.check_max_rows(get_job_parameters.max_rows);
    if get_job_parameters.max_jobs between 1 and 10000 is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'max_jobs must be between 1 and 10000, got '
                || coalesce(get_job_parameters.max_jobs::text, 'null');
    end if;
    if get_job_parameters.workflow_id is not null then
        perform perf_internal.get_workflow_name(get_job_parameters.workflow_id);
    end if;
    for v_workflow_id in
        select f.id
        from perf.workflows as f
        where get_job_parameters.workflow_id is null
            or f.id = get_job_parameters.workflow_id
    loop
        v_job_ids := v_job_ids || array(
            select m.job_id
            from perf.performance_metrics as m
            where m.workflow_id = v_workflow_id
                and m.created_at >= get_job_parameters.start_time
                and m.created_at < get_job_parameters.end_time
            order by m.created_at desc
            limit get_job_parameters.max_jobs
        );
    end loop;
    return query
    with recursive parameters (job_id, path, value) as (
        select j.id, e.key, e.value
        from unnest(v_job_ids) as r (job_id)
        join perf.jobs as j on j.id = r.job_id
        cross join lateral jsonb_each(j.parameters) as e
        union all
        select p.job_id, p.path || '.' || e.key, e.value
        from parameters as p
        cross join lateral jsonb_each(
            case jsonb_typeof(p.value) when 'object' then p.value end
        ) as e
    )
    select
        p.path,
        count(*),
        count(v.value),
        min(v.value),
        max(v.value)
    from parameters as p
    cross join lateral perf_internal.get_float(p.value) as v (value)
    where jsonb_typeof(p.value) not in ('object', 'null')
    group by p.path
    order by count(v.value) = 0, p.path
    limit get_job_parameters.max_rows;
end
$$;

comment on function perf.get_job_parameters is
    'The names of the parameters of jobs that ended in a range, as perf.get_parameter_correlation() takes them, those with numbers first: how many jobs have each, how many of these have a number, and the smallest and largest. A parameter inside of others is a path such as sampler.steps. Of the latest max_jobs jobs (1 to 10000) of a workflow, or of each; at most max_rows. Errors: 22023 bad argument, 42501 not an analyst, PT404 no such workflow.';

revoke execute on function perf.get_job_parameters from public;
grant execute on function perf.get_job_parameters
    to authenticated, service_role, perf_admin, perf_analyst;
