create or replace function perf_internal.get_report_problem(report perf_internal.job_report)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    r alias for report;
    v_good text := '^[0-9A-Za-z]([ -z]*[!-z])?$';
    v_problem text;
begin
    -- Most names are letters, digits and signs of ASCII, and are seen to be good in one condition.
    if (r.workflow_name ~ v_good and length(r.workflow_name) <= 200) is not true
        or (r.worker_name ~ v_good and length(r.worker_name) <= 200) is false
        or (r.external_id ~ v_good and length(r.external_id) <= 200) is false
        or (r.resolution_tier ~ v_good and length(r.resolution_tier) <= 40) is false
        or (r.model_type ~ v_good and length(r.model_type) <= 20) is false
        or (r.project_name ~ v_good and length(r.project_name) <= 200) is false
        or (r.character_name ~ v_good and length(r.character_name) <= 200) is false
        or (r.scene_name ~ v_good and length(r.scene_name) <= 200) is false
        or (r.error_type ~ v_good and length(r.error_type) <= 200) is false
    then
        v_problem := coalesce(
            perf_internal.get_name_problem('workflow_name', r.workflow_name, 200),
            (
                select perf_internal.get_name_problem(n.argument, n.value, n.max_length)
                from (
                    values
                        ('worker_name', r.worker_name, 200),
                        ('external_id', r.external_id, 200),
                        ('resolution_tier', r.resolution_tier, 40),
                        ('model_type', r.model_type, 20),
                        ('project_name', r.project_name, 200),
                        ('character_name', r.character_name, 200),
                        ('scene_name', r.scene_name, 200),
                        ('error_type', perf_internal.get_error_type(r.error_type), 200)
                ) as n (argument, value, max_length)
                where n.value is not null
                    and perf_internal.get_name_problem(n.argument, n.value, n.max_length)
                        is not null
                limit 1
            )
        );
    end if;
    return case
        when v_problem is not null
            then v_problem
        when r.worker_name is null
            and coalesce(r.success, perf_internal.get_error_type(r.error_type) is null)
            and r.job_id is null
            then 'worker_name must be given for a job that succeeded'
        when r.job_id is not null and r.external_id is not null
            then 'external_id must not be given with a job_id, got '
                || perf_internal.quote_value(r.external_id)
        when jsonb_typeof(r.parameters) <> 'object'
            then 'parameters must be a JSON object, got ' || perf_internal.quote_json(r.parameters)
        when pg_column_size(r.parameters) > 65536
            then 'parameters must be at most 64 KB, got '
                || pg_size_pretty(pg_column_size(r.parameters)::bigint)
        when pg_column_size(r.parameters) > 300
            and perf_internal.get_json_problem('parameters', r.parameters) is not null
            then perf_internal.get_json_problem('parameters', r.parameters)
        else perf_internal.get_finish_problem(
            r.started_at, coalesce(r.completed_at, now()), null
        )
    end;
end
$$;

comment on function perf_internal.get_report_problem is
    'What is wrong with the report of a job besides its result, naming the argument and its value; null if nothing is.';

revoke execute on function perf_internal.get_report_problem from public;
