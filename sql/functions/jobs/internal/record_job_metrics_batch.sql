-- security definer: as record_job_metrics. All or nothing: one statement inserts.
--
-- The parameter has no name, because then PostgREST passes the whole body of a request in it, also
-- a bare array.
create or replace function perf_internal.record_job_metrics_batch(jsonb)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO, YMD'
set timezone = 'UTC'
as $$
declare
    v_body alias for $1;
    -- Clients that name the argument send an object.
    v_given jsonb := case
        when jsonb_typeof(v_body) = 'object' and v_body ? 'jobs' and v_body - 'jobs' = '{}'
        then v_body -> 'jobs'
        else v_body
    end;
    v_reports perf_internal.job_report[];
    v_position bigint;
    v_problem text;
begin
    perform perf_internal.require_role('recorder');
    if v_given is null or jsonb_typeof(v_given) <> 'array' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'jobs must be a JSON array, got ' || perf_internal.quote_json(v_given),
            hint = 'Give the array alone or as {"jobs": [...]}, without other keys. Each element is an object with the arguments of perf.record_job_metrics().';
    end if;
    -- Before fields are read, because the text of an array in one of them could fill the memory.
    select e.ordinality - 1, p.problem
    into v_position, v_problem
    from jsonb_array_elements(v_given) with ordinality as e
    cross join lateral perf_internal.get_report_element_problem(e.value) as p (problem)
    where p.problem is not null
    limit 1;
    if v_problem is null then
        v_reports := array(
            select row(
                e.value ->> 'workflow_name',
                e.value ->> 'worker_name',
                e.value ->> 'external_id',
                jsonb_strip_nulls(
                    e.value - array[
                        'workflow_name', 'worker_name', 'external_id', 'resolution_tier',
                        'model_type', 'parameters', 'project_name', 'character_name', 'scene_name',
                        'started_at', 'completed_at', 'success', 'error_type', 'job_id'
                    ]
                ),
                e.value ->> 'resolution_tier',
                e.value ->> 'model_type',
                nullif(e.value -> 'parameters', 'null'),
                e.value ->> 'project_name',
                e.value ->> 'character_name',
                e.value ->> 'scene_name',
                (e.value ->> 'started_at')::timestamptz,
                (e.value ->> 'completed_at')::timestamptz,
                (e.value ->> 'success')::boolean,
                e.value ->> 'error_type',
                (e.value ->> 'job_id')::numeric,
                null, null, null, null, null
            )::perf_internal.job_report
            from jsonb_array_elements(v_given) with ordinality as e
            order by e.ordinality
        );
        -- The trigger looks at results too, and does not know their positions.
        for i in 1 .. cardinality(v_reports) loop
            v_position := i - 1;
            v_problem := coalesce(
                perf_internal.get_report_problem(v_reports[i]),
                perf_internal.get_result_problem(v_reports[i].result)
            );
            exit when v_problem is not null;
        end loop;
    end if;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('jobs[%s]: %s', v_position, v_problem),
            hint = 'Nothing of this batch was recorded.';
    end if;
    select r.ordinality - 1
    into v_position
    from unnest(v_reports) with ordinality as r
    where r.job_id is not null
        and not exists (select from perf.jobs as j where j.id = r.job_id)
    limit 1;
    if v_position is not null then
        raise exception using
            errcode = 'PT404',
            message = format(
                'jobs[%s]: there is no job %s', v_position, v_reports[v_position + 1].job_id
            ),
            hint = 'Nothing of this batch was recorded.';
    end if;
    -- Of an id that comes twice the first element counts.
    v_reports := array(
        select row(
            r.workflow_name, r.worker_name, r.external_id, r.result, r.resolution_tier,
            r.model_type, r.parameters, r.project_name, r.character_name, r.scene_name,
            r.started_at, r.completed_at, r.success, r.error_type, r.job_id,
            null, null, null, null, null
        )::perf_internal.job_report
        from (
            select
                u.*,
                row_number() over (
                    partition by u.job_id, btrim(u.external_id)
                    order by u.ordinality
                ) as repeat
            from unnest(v_reports) with ordinality as u
        ) as r
        where r.repeat = 1
            or coalesce(r.external_id, r.job_id::text) is null
        order by r.ordinality
    );
    return perf_internal.record_jobs(v_reports);
end
$$;

comment on function perf_internal.record_job_metrics_batch is 'Does the work of perf.record_job_metrics_batch().';

revoke execute on function perf_internal.record_job_metrics_batch from public;
grant execute on function perf_internal.record_job_metrics_batch
    to authenticated, service_role, perf_admin, perf_recorder;
