create or replace function perf_internal.get_report_element_problem(element jsonb)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    e alias for element;
    v_texts text[] := array[
        'workflow_name', 'worker_name', 'external_id', 'resolution_tier', 'model_type',
        'project_name', 'character_name', 'scene_name'
    ];
    v_others text[] := array[
        'time_per_frame_ms', 'total_gpu_time_ms', 'total_wall_time_ms', 'vram_peak_mb',
        'frame_count', 'quality_scores', 'pipeline_stages', 'parameters', 'started_at',
        'completed_at', 'success', 'error_type', 'job_id'
    ];
    v_key text;
begin
    if jsonb_typeof(e) <> 'object' then
        return 'must be an object, got ' || perf_internal.quote_json(e);
    end if;
    foreach v_key in array v_texts loop
        if jsonb_typeof(e -> v_key) not in ('string', 'null') then
            return format(
                '%s must be a string, got %s', v_key, perf_internal.quote_json(e -> v_key)
            );
        end if;
    end loop;
    foreach v_key in array array['started_at', 'completed_at'] loop
        if jsonb_typeof(e -> v_key) not in ('string', 'null')
            -- DateStyle does not change how year, month and day are read in this order.
            or e ->> v_key not like '____-__-__%'
            or not perf_internal.is_time(e ->> v_key)
        then
            return format(
                '%s must be a time as in ISO 8601, such as "2026-11-20T10:00:00Z", got %s',
                v_key,
                case jsonb_typeof(e -> v_key)
                    when 'string' then perf_internal.quote_value(e ->> v_key)
                    else perf_internal.quote_json(e -> v_key)
                end
            );
        end if;
    end loop;
    return case
        when jsonb_typeof(e -> 'success') not in ('boolean', 'null')
            then 'success must be true, false or null, got '
                || perf_internal.quote_json(e -> 'success')
        when jsonb_typeof(e -> 'error_type') <> 'string'
            and e -> 'error_type' not in ('null', 'false', '0', '{}', '[]')
            then 'error_type must be a string such as "timeout", or null for none, got '
                || perf_internal.quote_json(e -> 'error_type')
        when jsonb_typeof(e -> 'job_id') not in ('number', 'null')
            then 'job_id must be the id of a job, got ' || perf_internal.quote_json(e -> 'job_id')
        when jsonb_typeof(e -> 'job_id') = 'number'
            and (
                (e -> 'job_id')::numeric not between 1 and 9223372036854775807
                or (e -> 'job_id')::numeric <> trunc((e -> 'job_id')::numeric)
            )
            then 'job_id must be the id of a job, got ' || perf_internal.quote_json(e -> 'job_id')
        when e - v_texts - v_others <> '{}'
            then 'has an unknown key ' || perf_internal.quote_value(
                (select min(k) from jsonb_object_keys(e - v_texts - v_others) as k)
            ) || '; known keys: ' || array_to_string(v_texts || v_others, ', ')
    end;
end
$$;

comment on function perf_internal.get_report_element_problem is
    'What is wrong with an element of record_job_metrics_batch() as JSON; null if nothing is.';

revoke execute on function perf_internal.get_report_element_problem from public;
